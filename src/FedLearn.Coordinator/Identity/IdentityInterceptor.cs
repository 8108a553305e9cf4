using FedLearn.Protocol;
using FedLearn.Protocol.V1;
using Grpc.Core;
using Grpc.Core.Interceptors;

namespace FedLearn.Coordinator.Identity;

/// <summary>
/// Finds out who calls before a service sees the call: participants may call Federation, operators Runs; Join, health and
/// reflection are open.
/// </summary>
internal sealed class IdentityInterceptor(ClientRegistry clients, OperatorToken operators, CoordinatorLog log) : Interceptor
{
    private const string Scheme = "Bearer ";
    private static readonly string JoinMethod = $"/{Federation.Descriptor.FullName}/Join";

    public override Task<TResponse> UnaryServerHandler<TRequest, TResponse>(
        TRequest request, ServerCallContext context, UnaryServerMethod<TRequest, TResponse> continuation)
    {
        Identify(context);
        return continuation(request, context);
    }

    public override Task<TResponse> ClientStreamingServerHandler<TRequest, TResponse>(
        IAsyncStreamReader<TRequest> requestStream, ServerCallContext context, ClientStreamingServerMethod<TRequest, TResponse> continuation)
    {
        Identify(context);
        return continuation(requestStream, context);
    }

    public override Task ServerStreamingServerHandler<TRequest, TResponse>(
        TRequest request, IServerStreamWriter<TResponse> responseStream, ServerCallContext context, ServerStreamingServerMethod<TRequest, TResponse> continuation)
    {
        Identify(context);
        return continuation(request, responseStream, context);
    }

    /// <summary>The token of a call, or null.</summary>
    internal static string? TokenOf(ServerCallContext context) =>
        context.RequestHeaders.GetValue("authorization") is { } value && value.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase)
            ? value[Scheme.Length..].Trim()
            : null;

    private void Identify(ServerCallContext context)
    {
        if (context.Method == JoinMethod || !context.Method.StartsWith("/fedlearn.", StringComparison.Ordinal))
        {
            return;
        }

        var caller = Find(TokenOf(context), out var reason);
        var forOperators = context.Method.StartsWith($"/{Runs.Descriptor.FullName}/", StringComparison.Ordinal);
        if (caller is null)
        {
            log.CallRefused(context.Method, reason);
            throw Problem.Unauthenticated(reason).ToException();
        }

        if (forOperators != (caller.ClientId is null))
        {
            reason = forOperators
                ? $"'{caller.ClientId}' is a participant; this call takes the operator's token (operator.token in the coordinator's data folder)"
                : "an operator's token was sent; this call takes a participant's token (from Join)";
            log.CallRefused(context.Method, reason);
            throw Problem.PermissionDenied(reason).ToException();
        }

        caller.AttachTo(context);
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
