using Grpc.Core;

namespace FedLearn.Coordinator.Identity;

/// <summary>Who makes a call: the one seam that later kinds of identity (certificates) come in by.</summary>
/// <param name="ClientId">The participant's id, or null for an operator.</param>
internal sealed record Caller(string? ClientId)
{
    private static readonly object Key = new();

    /// <summary>The caller that <see cref="IdentityInterceptor"/> found.</summary>
    public static Caller Of(ServerCallContext context) => (Caller)context.UserState[Key];

    /// <summary>The caller, or null where the call is open to anybody.</summary>
    public static Caller? Find(ServerCallContext context) => context.UserState.TryGetValue(Key, out var caller) ? (Caller)caller : null;

    /// <summary>The id of the participant that calls.</summary>
    public static string Participant(ServerCallContext context) =>
        Of(context).ClientId ?? throw new InvalidOperationException("an operator passed for a participant");

    internal void AttachTo(ServerCallContext context) => context.UserState[Key] = this;
}
