namespace FedLearn.Coordinator.Rounds;

/// <summary>Finds runs for those who decide about a caller's message.</summary>
internal interface IOpenRuns
{
    /// <summary>A run that is open, or over in this process.</summary>
    /// <exception cref="Grpc.Core.RpcException">There is none of that id, or it ended before this process started.</exception>
    OpenRun FindOpen(string runId);
}
