using FedLearn.Coordinator.Rounds;
using FedLearn.Core.Rounds;
using FedLearn.Core.Specs;
using FedLearn.Protocol;
using FedLearn.Protocol.V1;

namespace FedLearn.Coordinator.Operations;

/// <summary>What operators do to runs, by whatever road they come. Each is durable, with who did it, when its call returns.</summary>
internal sealed class RunActions(RunRegistry runs, RunViews views, DrainState drain)
{
    private const int MaxReason = 500;

    /// <summary>Creates a run of a spec that was read already.</summary>
    /// <exception cref="Grpc.Core.RpcException">It cannot be created; the text says why.</exception>
    public Run Create(RunSpec spec, string json, Stream? initial, string by)
    {
        ThrowIfDraining();
        var (run, problem) = runs.Create(spec, json, initial, by);
        return run is null ? throw problem!.ToException() : views.Find(run.Id);
    }

    /// <exception cref="Grpc.Core.RpcException">The coordinator is stopping.</exception>
    public void ThrowIfDraining()
    {
        if (drain.IsDraining)
        {
            throw Problem.Unavailable("the coordinator is stopping; try again in a few seconds").ToException();
        }
    }

    /// <summary>Pauses a run; the same again changes nothing.</summary>
    public Task<Run> PauseAsync(string runId, string reason, string by) =>
        DoAsync(runId, "pause", new RunEvent.PauseRequested(by, CheckedReason(reason)), mayBeOver: false);

    /// <summary>Lets a run go on; the same again changes nothing.</summary>
    public Task<Run> ResumeAsync(string runId, string by) =>
        DoAsync(runId, "resumption", new RunEvent.ResumeRequested(by), mayBeOver: false);

    /// <summary>Ends a run; one that is over stays as it is.</summary>
    public Task<Run> StopAsync(string runId, string reason, string by)
    {
        CheckedReason(reason);
        var text = by == Identity.Caller.Unnamed ? "stopped by an operator" : $"stopped by {by}";
        return DoAsync(runId, "stop", new RunEvent.StopRequested(reason.Length == 0 ? text : $"{text}: {reason}"), mayBeOver: true);
    }

    private static string CheckedReason(string reason) => reason.Length <= MaxReason
        ? reason
        : throw Problem.Invalid($"reason: expected at most {MaxReason} characters, got {reason.Length}").ToException();

    private async Task<Run> DoAsync(string runId, string what, RunEvent happened, bool mayBeOver)
    {
        var run = views.Find(runId);
        if (run.Status != RunStatus.Open)
        {
            return mayBeOver ? run : throw Problem.FailedPrecondition($"run '{runId}' is over: {run.Reason}").ToException();
        }

        return await runs.AskAsync(runId, happened).ConfigureAwait(false) is RunReply.Unavailable
            ? throw Problem.Unavailable($"the {what} could not be made durable just now; try again").ToException()
            : views.Find(runId);
    }
}
