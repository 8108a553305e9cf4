using FedLearn.Protocol;

namespace FedLearn.Coordinator.Identity;

/// <summary>What a caller proves itself by, for as long as it holds: until it expires, within 49 days, or is revoked.</summary>
internal abstract class Credential : IDisposable
{
    private readonly CancellationTokenSource _ended;
    private readonly DateTimeOffset _notAfter;
    private readonly TimeProvider _time;
    private volatile bool _revoked;

    protected Credential(DateTimeOffset notAfter, TimeProvider time)
    {
        (_notAfter, _time) = (notAfter, time);
        var left = notAfter - time.GetUtcNow();
        _ended = new CancellationTokenSource(left > TimeSpan.Zero ? left : TimeSpan.Zero, time);
        Ended = _ended.Token;
    }

    /// <summary>Cancelled when it holds no longer.</summary>
    public CancellationToken Ended { get; }

    /// <summary>Why it holds no longer; null while it does.</summary>
    public Problem? Problem() => _revoked ? Revoked() : _time.GetUtcNow() >= _notAfter ? Expired() : null;

    public void Revoke()
    {
        _revoked = true;
        _ = _ended.CancelAsync(); // What ends with it is not this thread's matter.
    }

    public void Dispose() => _ended.Dispose();

    protected abstract Problem Revoked();

    protected abstract Problem Expired();
}
