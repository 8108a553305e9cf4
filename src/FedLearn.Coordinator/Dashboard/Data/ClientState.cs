using FedLearn.Coordinator.Rounds;
using FedLearn.Core.Rounds;

namespace FedLearn.Coordinator.Dashboard.Data;

/// <summary>What a client of the open round is doing, as far as the coordinator can see.</summary>
/// <param name="ClientId">The client.</param>
/// <param name="State">One word, also its class in the style sheet.</param>
/// <param name="Moved">Bytes moved, of a transfer.</param>
/// <param name="Of">Bytes to be moved, of a transfer.</param>
internal sealed record ClientState(string ClientId, string State, long Moved = 0, long Of = 0)
{
    /// <summary>The clients of the open round, in canonical order; none where no round is open.</summary>
    /// <param name="run">The run.</param>
    /// <param name="isOnline">Whether a client is online.</param>
    public static IReadOnlyList<ClientState> All(OpenRun run, Func<string, bool> isOnline)
    {
        var state = run.State;
        return state.Round is not { } round ? []
            : state.Phase == RunPhase.Evaluating ? [.. round.Evaluators.Select(id => Evaluating(round, id, isOnline(id)))]
            : [.. round.Cohort.Select(id => Fitting(run, round, id, state.Phase == RunPhase.Fitting, isOnline(id)))];
    }

    private static ClientState Evaluating(RoundState round, string id, bool online) =>
        new(id, round.Reports.ContainsKey(id) ? "done" : round.Declined.Contains(id) ? "declined" : online ? "evaluating" : "offline");

    private static ClientState Fitting(OpenRun run, RoundState round, string id, bool isOpen, bool online)
    {
        var progress = run.Progress.Round == round.Number ? run.Progress.Of(id) : null;
        return round.Updates.ContainsKey(id) ? new(id, "done", progress?.BytesIn ?? 0, progress?.Expected ?? 0)
            : round.Declined.Contains(id) ? new(id, "declined")
            : !isOpen ? new(id, "late")
            : !online ? new(id, "offline")
            : progress is null || progress.BytesOut + progress.BytesIn == 0 ? new(id, run.Notes.Has(id, round.BaseVersion) ? "training" : "selected")
            : progress.BytesIn > 0 ? new(id, "uploading", progress.BytesIn, progress.Expected)
            : progress.BytesOut < run.Manifest.ByteLength ? new(id, "downloading", progress.BytesOut, run.Manifest.ByteLength)
            : new(id, "training");
    }
}
