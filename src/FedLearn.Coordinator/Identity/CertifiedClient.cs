using FedLearn.Protocol;

namespace FedLearn.Coordinator.Identity;

/// <summary>A certificate that its client calls with, for as long as it holds: until it expires or is revoked.</summary>
internal sealed class CertifiedClient : IDisposable
{
    private readonly CancellationTokenSource _ended;
    private readonly DateTimeOffset _notAfter;
    private readonly TimeProvider _time;
    private volatile bool _revoked;

    public CertifiedClient(string clientId, DateTimeOffset notAfter, TimeProvider time)
    {
        (_notAfter, _time) = (notAfter, time);
        var left = notAfter - time.GetUtcNow();
        _ended = new CancellationTokenSource(left > TimeSpan.Zero ? left : TimeSpan.Zero, time);
        Ended = _ended.Token;
        Caller = new Caller(clientId) { Certificate = this };
    }

    /// <summary>The same one for every call.</summary>
    public Caller Caller { get; }

    /// <summary>Cancelled when the certificate holds no longer.</summary>
    public CancellationToken Ended { get; }

    /// <summary>Why it holds no longer; null while it does.</summary>
    public Problem? Problem() => _revoked ? Revoked(Caller.ClientId!) : _time.GetUtcNow() >= _notAfter ? Expired(Caller.ClientId!, _notAfter) : null;

    public void Revoke()
    {
        _revoked = true;
        _ = _ended.CancelAsync(); // What ends with it is not this thread's matter.
    }

    public void Dispose() => _ended.Dispose();

    internal static Problem Revoked(string clientId) =>
        Protocol.Problem.Unauthenticated($"the certificate of '{clientId}' is revoked; ask the operator for an invitation, and enrol again");

    internal static Problem Expired(string clientId, DateTimeOffset notAfter) => Protocol.Problem.Unauthenticated(
        $"the certificate of '{clientId}' expired at {notAfter.UtcDateTime:yyyy-MM-dd HH:mm:ss}Z; a worker that runs renews it by itself. Ask the operator for an invitation, and enrol again");
}
