using Grpc.Core;

namespace FedLearn.Cli.Operator;

/// <summary>Tells a call that the user interrupted from one that failed: an aborted call may fail in several ways.</summary>
internal static class Interruption
{
    /// <summary>Runs work; a call that fails once the token is cancelled counts as cancelled.</summary>
    public static async Task<int> NameAsync(Func<Task<int>> work, CancellationToken cancellationToken)
    {
        try
        {
            return await work();
        }
        catch (RpcException) when (cancellationToken.IsCancellationRequested)
        {
            throw new OperationCanceledException(cancellationToken);
        }
    }
}
