using System.Net;
using FedLearn.Coordinator.Identity;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;

namespace FedLearn.Coordinator.Tests.Identity;

public sealed class RefusedCallsTests : IDisposable
{
    private readonly FakeTimeProvider _time = new();
    private readonly Lines _lines = new();
    private readonly RefusedCalls _refused;

    public RefusedCallsTests() => _refused = new RefusedCalls(new CoordinatorLog(_lines), _time);

    public void Dispose() => _refused.Dispose();

    [Fact]
    public void Tell_FloodOfOneAddress_LogsTheFirstFewAndTheOthersInOneLine_AndAnotherAddressStill()
    {
        for (var i = 0; i < 2000; i++)
        {
            _refused.Tell(IPAddress.Loopback, $"/M{i}", "no token");
        }

        _refused.Tell(IPAddress.Parse("192.0.2.7"), "/Join", "unknown");

        Assert.Equal([.. Enumerable.Range(0, 5).Select(i => $"Refused a call to /M{i}: no token"), "Refused a call to /Join: unknown"], _lines);
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal("Refused 1995 more calls from 1 addresses within 1 s, the last to /M1999: no token", _lines[^1]);

        _refused.Tell(IPAddress.Loopback, "/Later", "no token");
        Assert.Equal("Refused a call to /Later: no token", _lines[^1]);
        _time.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal(8, _lines.Count);
    }

    [Fact]
    public void Tell_ManyAddresses_AreBoundedTogether()
    {
        for (var i = 0; i < 1000; i++)
        {
            _refused.Tell(new IPAddress(1000 + i), "/Join", "no token");
        }

        _time.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal(RefusedCalls.MostAddresses + 1, _lines.Count);
        Assert.StartsWith("Refused 980 more calls from 980 addresses within 1 s", _lines[^1]);
    }

    private sealed class Lines : List<string>, ILogger<CoordinatorLog>
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Add(formatter(state, exception));
    }
}
