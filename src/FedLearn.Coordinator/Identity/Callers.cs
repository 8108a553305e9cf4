using FedLearn.Protocol;

namespace FedLearn.Coordinator.Identity;

/// <summary>Finds out who calls, by token, for every road: participants may do one part of the calls, operators the other.</summary>
internal sealed class Callers(ClientRegistry clients, OperatorToken operators, CoordinatorLog log)
{
    private const string Scheme = "Bearer ";

    /// <summary>The token of an authorization header, or null.</summary>
    public static string? TokenOf(string? authorization) =>
        authorization is not null && authorization.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase) ? authorization[Scheme.Length..].Trim() : null;

    /// <summary>The caller.</summary>
    /// <param name="token">What it sent, or null.</param>
    /// <param name="method">What it calls, for the log.</param>
    /// <param name="forOperators">Whether the call is theirs.</param>
    /// <exception cref="Grpc.Core.RpcException">Its token is not known, or the call is not for it.</exception>
    public Caller Identify(string? token, string method, bool forOperators)
    {
        var caller = Find(token, out var reason);
        if (caller is null)
        {
            log.CallRefused(method, reason);
            throw Problem.Unauthenticated(reason).ToException();
        }

        if (forOperators != (caller.ClientId is null))
        {
            reason = forOperators
                ? $"'{caller.ClientId}' is a participant; this call takes the operator's token (operator.token in the coordinator's data folder)"
                : "an operator's token was sent; this call takes a participant's token (from Join)";
            log.CallRefused(method, reason);
            throw Problem.PermissionDenied(reason).ToException();
        }

        return caller;
    }

    private Caller? Find(string? token, out string reason)
    {
        reason = "the token is not known here; a participant gets one from Join, an operator's is in operator.token in the coordinator's data folder";
        if (token is null)
        {
            reason = "no token was sent; expected the metadata 'authorization: Bearer TOKEN'";
            return null;
        }

        return operators.Matches(token) ? new Caller(ClientId: null)
            : clients.Find(token) is { } id ? new Caller(id)
            : null;
    }
}
