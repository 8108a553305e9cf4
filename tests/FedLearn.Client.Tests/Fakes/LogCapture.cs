using System.Threading.Channels;
using Microsoft.Extensions.Logging;

namespace FedLearn.Client.Tests.Fakes;

internal sealed record LogLine(int EventId, LogLevel Level, string Text, Exception? Exception);

/// <summary>Keeps what was logged, and lets a test wait for an event.</summary>
internal sealed class LogCapture : ILoggerFactory, ILogger
{
    private readonly List<LogLine> _lines = [];
    private readonly Channel<LogLine> _stream = Channel.CreateUnbounded<LogLine>();

    public IReadOnlyList<LogLine> Lines
    {
        get
        {
            lock (_lines)
            {
                return [.. _lines];
            }
        }
    }

    /// <summary>Waits for the next line with this event id; lines before it are passed over.</summary>
    public async Task<LogLine> NextAsync(int eventId)
    {
        while (true)
        {
            var line = await _stream.Reader.ReadAsync().AsTask().WaitAsync(Patience.Limit);
            if (line.EventId == eventId)
            {
                return line;
            }
        }
    }

    public ILogger CreateLogger(string categoryName) => this;

    public void AddProvider(ILoggerProvider provider)
    {
    }

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        var line = new LogLine(eventId.Id, logLevel, formatter(state, exception), exception);
        lock (_lines)
        {
            _lines.Add(line);
        }

        _stream.Writer.TryWrite(line);
    }

    public void Dispose()
    {
    }
}
