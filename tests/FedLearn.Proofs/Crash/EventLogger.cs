using Microsoft.Extensions.Logging;

namespace FedLearn.Proofs.Crash;

/// <summary>Brings a worker's log into an <see cref="EventLog"/>.</summary>
internal sealed class EventLogger(Action<LogEvent> add) : ILoggerFactory, ILogger
{
    public ILogger CreateLogger(string categoryName) => this;

    public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Information;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (IsEnabled(logLevel))
        {
            add(new LogEvent(eventId.Id, formatter(state, exception)));
        }
    }

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public void AddProvider(ILoggerProvider provider)
    {
    }

    public void Dispose()
    {
    }
}
