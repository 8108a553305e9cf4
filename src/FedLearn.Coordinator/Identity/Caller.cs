using Grpc.Core;

namespace FedLearn.Coordinator.Identity;

/// <summary>Who makes a call, however it has proven it.</summary>
/// <param name="ClientId">The participant's id, or null for an operator.</param>
internal sealed record Caller(string? ClientId)
{
    private static readonly object Key = new();

    /// <summary>The certificate that says so; null where a token does.</summary>
    public CertifiedClient? Certificate { get; init; }

    /// <summary>The caller that <see cref="IdentityInterceptor"/> found.</summary>
    public static Caller Of(ServerCallContext context) => (Caller)context.UserState[Key];

    /// <summary>The caller, or null where the call is open to anybody.</summary>
    public static Caller? Find(ServerCallContext context) => context.UserState.TryGetValue(Key, out var caller) ? (Caller)caller : null;

    /// <summary>The id of the participant that calls.</summary>
    public static string Participant(ServerCallContext context) =>
        Of(context).ClientId ?? throw new InvalidOperationException("an operator passed for a participant");

    /// <summary>Does something once the caller's certificate holds no longer, until the result is disposed; a token's caller stays who it is.</summary>
    public CancellationTokenRegistration WhenEnded(Action action) => Certificate?.Ended.Register(action) ?? default;

    /// <exception cref="RpcException">The caller's certificate holds no longer.</exception>
    public void ThrowIfEnded()
    {
        if (Certificate?.Problem() is { } problem)
        {
            throw problem.ToException();
        }
    }

    internal void AttachTo(ServerCallContext context) => context.UserState[Key] = this;
}
