using FedLearn.Protocol;

namespace FedLearn.Coordinator.Identity;

/// <summary>A token that an operator or a viewer calls with.</summary>
internal sealed class HeldToken : Credential
{
    public HeldToken(StoredToken stored, TimeProvider time)
        : base(DateTimeOffset.FromUnixTimeMilliseconds(stored.ExpiresUnixMs), time)
    {
        Stored = stored;
        Caller = new Caller(ClientId: null) { Credential = this, Scopes = stored.Scopes };
    }

    public StoredToken Stored { get; }

    /// <summary>The same one for every call.</summary>
    public Caller Caller { get; }

    protected override Problem Revoked() => Protocol.Problem.Unauthenticated($"the token of '{Stored.Name}' was deleted; ask an operator for another");

    protected override Problem Expired() => Protocol.Problem.Unauthenticated($"the token of '{Stored.Name}' has expired; ask an operator for another");
}
