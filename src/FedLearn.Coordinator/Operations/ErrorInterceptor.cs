using Grpc.Core;
using Grpc.Core.Interceptors;

namespace FedLearn.Coordinator.Operations;

/// <summary>Answers gRPC calls that fail with the status that <see cref="CallErrors"/> knows. What is left is a bug and goes to the caller as UNKNOWN, without detail.</summary>
internal sealed class ErrorInterceptor(CallErrors errors) : Interceptor
{
    public override async Task<TResponse> UnaryServerHandler<TRequest, TResponse>(
        TRequest request, ServerCallContext context, UnaryServerMethod<TRequest, TResponse> continuation)
    {
        try
        {
            return await continuation(request, context).ConfigureAwait(false);
        }
        catch (Exception e) when (errors.MapUnknown(e, context.CancellationToken) is { } problem)
        {
            throw problem.ToException();
        }
    }

    public override async Task<TResponse> ClientStreamingServerHandler<TRequest, TResponse>(
        IAsyncStreamReader<TRequest> requestStream, ServerCallContext context, ClientStreamingServerMethod<TRequest, TResponse> continuation)
    {
        try
        {
            return await continuation(requestStream, context).ConfigureAwait(false);
        }
        catch (Exception e) when (errors.MapUnknown(e, context.CancellationToken) is { } problem)
        {
            throw problem.ToException();
        }
    }

    public override async Task ServerStreamingServerHandler<TRequest, TResponse>(
        TRequest request, IServerStreamWriter<TResponse> responseStream, ServerCallContext context, ServerStreamingServerMethod<TRequest, TResponse> continuation)
    {
        try
        {
            await continuation(request, responseStream, context).ConfigureAwait(false);
        }
        catch (Exception e) when (errors.MapUnknown(e, context.CancellationToken) is { } problem)
        {
            throw problem.ToException();
        }
    }
}
