using FedLearn.Protocol;

namespace FedLearn.Coordinator.Identity;

/// <summary>A certificate that its client calls with.</summary>
internal sealed class CertifiedClient : Credential
{
    private readonly DateTimeOffset _notAfter;

    public CertifiedClient(string clientId, DateTimeOffset notAfter, TimeProvider time)
        : base(notAfter, time)
    {
        _notAfter = notAfter;
        Caller = new Caller(clientId) { Credential = this };
    }

    /// <summary>The same one for every call.</summary>
    public Caller Caller { get; }

    internal static Problem Revoked(string clientId) =>
        Protocol.Problem.Unauthenticated($"the certificate of '{clientId}' is revoked; ask the operator for an invitation, and enrol again");

    internal static Problem Expired(string clientId, DateTimeOffset notAfter) => Protocol.Problem.Unauthenticated(
        $"the certificate of '{clientId}' expired at {notAfter.UtcDateTime:yyyy-MM-dd HH:mm:ss}Z; a worker that runs renews it by itself. Ask the operator for an invitation, and enrol again");

    protected override Problem Revoked() => Revoked(Caller.ClientId!);

    protected override Problem Expired() => Expired(Caller.ClientId!, _notAfter);
}
