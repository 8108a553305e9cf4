using Grpc.Core;

namespace FedLearn.Coordinator.Identity;

/// <summary>Who makes a call, however it has proven it.</summary>
/// <param name="ClientId">The participant's id, or null for an operator.</param>
internal sealed record Caller(string? ClientId)
{
    /// <summary>The name of an operator that has none of its own.</summary>
    public const string Unnamed = "operator";

    private static readonly object Key = new();

    /// <summary>What it has proven it by, where that ends some day; null for the tokens that do not.</summary>
    public Credential? Credential { get; init; }

    /// <summary>Of an operator: what it may do. Default all.</summary>
    public Scope Scopes { get; init; } = Scope.Operator;

    /// <summary>Whose the certificate is that it came with: a participant's id, or such as <c>operators/alice</c>.</summary>
    public string CertifiedId => (Credential as CertifiedClient)?.Id ?? throw new InvalidOperationException("a caller without a certificate passed for one with");

    /// <exception cref="RpcException">An operator may not do all of this, and so may not let others do it.</exception>
    public void RequireToGive(Scope scopes)
    {
        if ((scopes & ~Scopes) is not Scope.None and var missing)
        {
            throw Protocol.Problem.PermissionDenied($"nobody gives what it has not itself: '{OperatorName}' lacks the scope {string.Join(", ", Identity.Scopes.NamesOf(missing))}").ToException();
        }
    }

    /// <summary>Of an operator: its name, for the record. Who comes with the data folder's own token is "operator".</summary>
    public string OperatorName => Credential switch { HeldToken held => held.Stored.Name, CertifiedClient certified => certified.Id, _ => Unnamed };

    /// <summary>The caller that <see cref="IdentityInterceptor"/> found.</summary>
    public static Caller Of(ServerCallContext context) => (Caller)context.UserState[Key];

    /// <summary>The caller, or null where the call is open to anybody.</summary>
    public static Caller? Find(ServerCallContext context) => context.UserState.TryGetValue(Key, out var caller) ? (Caller)caller : null;

    /// <summary>The id of the participant that calls.</summary>
    public static string Participant(ServerCallContext context) =>
        Of(context).ClientId ?? throw new InvalidOperationException("an operator passed for a participant");

    /// <summary>Does something once the caller's credential holds no longer, until the result is disposed.</summary>
    public CancellationTokenRegistration WhenEnded(Action action) => Credential?.Ended.Register(action) ?? default;

    /// <exception cref="RpcException">The caller's credential holds no longer.</exception>
    public void ThrowIfEnded()
    {
        if (Credential?.Problem() is { } problem)
        {
            throw problem.ToException();
        }
    }

    internal void AttachTo(ServerCallContext context) => context.UserState[Key] = this;
}
