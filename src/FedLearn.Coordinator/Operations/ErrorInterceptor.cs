using FedLearn.Coordinator.Storage;
using FedLearn.Coordinator.Storage.Disks;
using FedLearn.Protocol;
using Grpc.Core;
using Grpc.Core.Interceptors;

namespace FedLearn.Coordinator.Operations;

/// <summary>Turns known failures of the machine below into their statuses. What is left is a bug and goes to the caller as UNKNOWN, without detail.</summary>
internal sealed class ErrorInterceptor(FatalError fatal) : Interceptor
{
    public override async Task<TResponse> UnaryServerHandler<TRequest, TResponse>(
        TRequest request, ServerCallContext context, UnaryServerMethod<TRequest, TResponse> continuation)
    {
        try
        {
            return await continuation(request, context).ConfigureAwait(false);
        }
        catch (Exception e) when (Map(e, context) is { } problem)
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
        catch (Exception e) when (Map(e, context) is { } problem)
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
        catch (Exception e) when (Map(e, context) is { } problem)
        {
            throw problem.ToException();
        }
    }

    private Problem? Map(Exception e, ServerCallContext context) => e switch
    {
        RpcException => null,
        StoredDataException => Problem.DataLoss(e.Message),
        UnknownOutcomeException => EndProcess(e),
        OperationCanceledException when context.CancellationToken.IsCancellationRequested => Problem.Unavailable("the connection ended"),
        OperationCanceledException => Problem.Unavailable("a newer connection of this client took over, or the coordinator is stopping"),
        _ when DiskErrors.IsFull(e) => DiskErrors.Full,
        IOException when context.CancellationToken.IsCancellationRequested => Problem.Unavailable("the connection ended"),
        _ => null,
    };

    private Problem EndProcess(Exception e)
    {
        fatal.End("the outcome of a write is unknown, so this process ends; the next start decides by what is on disk", e);
        return Problem.Unavailable("the coordinator is restarting; try again in a few seconds");
    }
}
