namespace FedLearn.Client.Transport.Roads;

/// <summary>Ends an exchange in which no byte moves any more: HTTP/1.1 has no pings that would notice a peer that vanished.</summary>
internal sealed class StallGuard : IDisposable
{
    /// <summary>The longest time between two bytes.</summary>
    public static readonly TimeSpan BetweenBytes = TimeSpan.FromSeconds(60);

    /// <summary>The longest time that a peer thinks before it answers; after an upload's last byte it makes gigabytes durable.</summary>
    public static readonly TimeSpan BeforeAnswer = TimeSpan.FromMinutes(5);

    private readonly CancellationTokenSource _stalled;
    private readonly CancellationTokenSource _either;

    public StallGuard(TimeProvider time, CancellationToken cancellationToken)
    {
        _stalled = new CancellationTokenSource(BeforeAnswer, time);
        _either = CancellationTokenSource.CreateLinkedTokenSource(_stalled.Token, cancellationToken);
    }

    /// <summary>Cancelled at a stall, and by the caller.</summary>
    public CancellationToken Token => _either.Token;

    public bool IsStalled => _stalled.IsCancellationRequested;

    /// <summary>A byte has moved; another must within the limit.</summary>
    public void Moved(TimeSpan limit) => _stalled.CancelAfter(limit);

    /// <summary>Ends what still goes on under the token.</summary>
    public Task StopAsync() => _either.CancelAsync();

    public void Dispose()
    {
        _either.Dispose();
        _stalled.Dispose();
    }
}
