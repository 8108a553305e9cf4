using FedLearn.Protocol;
using FedLearn.Protocol.Identity;

namespace FedLearn.Coordinator.Identity;

/// <summary>A certificate that its participant, operator or viewer calls with.</summary>
internal sealed class CertifiedClient : Credential
{
    private readonly DateTimeOffset _notAfter;

    /// <param name="id">The participant's id, or an operator's or viewer's <see cref="OperatorName.Id"/>.</param>
    /// <param name="scopes">Of an operator or viewer what it may do; null for a participant.</param>
    /// <param name="notAfter">When it expires.</param>
    /// <param name="time">The clock.</param>
    public CertifiedClient(string id, Scope? scopes, DateTimeOffset notAfter, TimeProvider time)
        : base(notAfter, time)
    {
        (_notAfter, Id) = (notAfter, id);
        Caller = scopes is { } some ? new Caller(ClientId: null) { Credential = this, Scopes = some } : new Caller(id) { Credential = this };
    }

    /// <summary>Whose it is.</summary>
    public string Id { get; }

    /// <summary>The same one for every call.</summary>
    public Caller Caller { get; }

    internal static Problem Revoked(string clientId) =>
        Protocol.Problem.Unauthenticated($"the certificate of '{clientId}' is revoked; ask the operator for an invitation, and enrol again");

    internal static Problem Expired(string clientId, DateTimeOffset notAfter) => Protocol.Problem.Unauthenticated(
        $"the certificate of '{clientId}' expired at {notAfter.UtcDateTime:yyyy-MM-dd HH:mm:ss}Z; a worker that runs renews it by itself. Ask the operator for an invitation, and enrol again");

    protected override Problem Revoked() => Revoked(Id);

    protected override Problem Expired() => Expired(Id, _notAfter);
}
