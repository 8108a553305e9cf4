using FedLearn.Protocol.V1;
using Grpc.Core;
using Grpc.Core.Interceptors;

namespace FedLearn.Coordinator.Identity;

/// <summary>
/// Finds out who calls before a service sees the call: participants may call Federation, operators Runs; Join, health and
/// reflection are open.
/// </summary>
internal sealed class IdentityInterceptor(Callers callers) : Interceptor
{
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
    internal static string? TokenOf(ServerCallContext context) => Callers.TokenOf(context.RequestHeaders.GetValue("authorization"));

    private void Identify(ServerCallContext context)
    {
        if (context.Method == JoinMethod || !context.Method.StartsWith("/fedlearn.", StringComparison.Ordinal))
        {
            return;
        }

        var forOperators = context.Method.StartsWith($"/{Runs.Descriptor.FullName}/", StringComparison.Ordinal);
        callers.Identify(TokenOf(context), context.Method, forOperators).AttachTo(context);
    }
}
