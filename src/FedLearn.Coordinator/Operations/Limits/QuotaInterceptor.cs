using FedLearn.Coordinator.Identity;
using Grpc.Core;
using Grpc.Core.Interceptors;

namespace FedLearn.Coordinator.Operations.Limits;

/// <summary>Counts calls of known callers against <see cref="CallQuota"/>; to come after <see cref="IdentityInterceptor"/>.</summary>
internal sealed class QuotaInterceptor(CallQuota quota) : Interceptor
{
    public override async Task<TResponse> UnaryServerHandler<TRequest, TResponse>(
        TRequest request, ServerCallContext context, UnaryServerMethod<TRequest, TResponse> continuation)
    {
        using var share = Enter(context);
        return await continuation(request, context).ConfigureAwait(false);
    }

    public override async Task<TResponse> ClientStreamingServerHandler<TRequest, TResponse>(
        IAsyncStreamReader<TRequest> requestStream, ServerCallContext context, ClientStreamingServerMethod<TRequest, TResponse> continuation)
    {
        using var share = Enter(context);
        return await continuation(requestStream, context).ConfigureAwait(false);
    }

    public override async Task ServerStreamingServerHandler<TRequest, TResponse>(
        TRequest request, IServerStreamWriter<TResponse> responseStream, ServerCallContext context, ServerStreamingServerMethod<TRequest, TResponse> continuation)
    {
        using var share = Enter(context);
        await continuation(request, responseStream, context).ConfigureAwait(false);
    }

    private IDisposable? Enter(ServerCallContext context) => Caller.Find(context) is { } caller ? quota.Enter(caller.ClientId ?? "") : null;
}
