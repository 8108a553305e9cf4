using FedLearn.Coordinator.Rounds;
using FedLearn.Coordinator.Storage;
using FedLearn.Coordinator.Storage.Disks;
using FedLearn.Protocol;
using Grpc.Core;

namespace FedLearn.Coordinator.Operations;

/// <summary>Turns failures of a call into what its caller hears, for every road. What is not known here is a bug.</summary>
internal sealed class CallErrors(FatalError fatal)
{
    /// <summary>What the caller hears of any failure, or null.</summary>
    public Problem? Map(Exception e, CancellationToken call) => e is RpcException refused
        ? new Problem(refused.StatusCode, refused.Status.Detail)
        : MapUnknown(e, call);

    /// <summary>What the caller hears of a failure of the machine below; null for one that says it itself, and for bugs.</summary>
    public Problem? MapUnknown(Exception e, CancellationToken call) => e switch
    {
        RpcException => null,
        StoredDataException => Problem.DataLoss(e.Message),
        UnknownOutcomeException => EndProcess(e),
        OperationCanceledException when call.IsCancellationRequested => Problem.Unavailable("the connection ended"),
        OperationCanceledException => Problem.Unavailable("a newer connection of this client took over, or the coordinator is stopping"),
        _ when DiskErrors.IsFull(e) || DatabaseErrors.OutcomeOf(e) == CommitOutcome.Full => DiskErrors.Full,
        _ when DatabaseErrors.OutcomeOf(e) is not null => Problem.Unavailable("the database is busy; nothing was changed, try again"),
        _ when DatabaseErrors.IsUnknown(e) => EndProcess(e),
        IOException when call.IsCancellationRequested => Problem.Unavailable("the connection ended"),
        IOException => Problem.Unavailable($"the coordinator's disk fails: {e.Message}; nothing was counted. Tell its operator, and try again later"),
        _ => null,
    };

    private Problem EndProcess(Exception e)
    {
        fatal.End("the outcome of a write is unknown, so this process ends; the next start decides by what is on disk", e);
        return Problem.Unavailable("the coordinator is restarting; try again in a few seconds");
    }
}
