using FedLearn.Coordinator.Rounds;
using FedLearn.Core.Rounds;

namespace FedLearn.Proofs.Simulation;

/// <summary>Short lines for the trace.</summary>
internal static class SimText
{
    public static string Of(RunCommit commit) => commit.Effect switch
    {
        RunEffect.OpenRound e => $"OpenRound {e.Round.Number} on v{e.Round.BaseVersion} with {string.Join(',', e.Round.Cohort)}",
        RunEffect.AcceptUpdate e => $"AcceptUpdate {e.ClientId} round {e.Round} {e.Update.Digest[..8]}",
        RunEffect.NoteRefusal e => $"NoteRefusal {e.ClientId} round {e.Round}: {e.Reason}",
        RunEffect.Aggregate e => $"Aggregate round {e.Round.Number} of {string.Join(',', e.Round.Updates.Keys)}",
        RunEffect.Publish e => $"Publish v{e.Version} of round {e.Round.Number} {Short(commit.Version!.Digest)}",
        RunEffect.VoidRound e => $"VoidRound {e.Round.Number}: {e.Reason}",
        RunEffect.OpenEvaluation e => $"OpenEvaluation {e.Round.Number}",
        RunEffect.RecordEvaluation e => $"RecordEvaluation {e.ClientId} round {e.Round}",
        RunEffect.CloseRound e => $"CloseRound {e.Round.Number}",
        RunEffect.PauseRun e => $"PauseRun by {e.By}",
        RunEffect.EndRun e => $"EndRun {e.Outcome}: {e.Reason}",
        _ => commit.Effect.GetType().Name,
    };

    public static string Short(byte[] digest) => Convert.ToHexStringLower(digest.AsSpan(0, 4));
}
