using FedLearn.Coordinator.Rounds;
using FedLearn.Coordinator.Storage.Log;
using FedLearn.Core.Proofs.Statements;
using FedLearn.Core.Rounds;

namespace FedLearn.Coordinator.Storage;

// What the log tells of a commit.
internal sealed partial class RunStore
{
    private void Tell(LogBatch batch, string runId, RunCommit commit)
    {
        switch (commit.Effect)
        {
            case RunEffect.AcceptUpdate:
                batch.Add(commit.Update!.Statement.ToLogEntry());
                break;
            case RunEffect.RefuseUpdate e:
                batch.Add(LogEntry.UpdateRefused(NowMs, runId, e.Round, e.ClientId, e.Reason.ToString()));
                break;
            case RunEffect.NoteRefusal e:
                batch.Add(LogEntry.UpdateRefused(NowMs, runId, e.Round, e.ClientId, e.Reason));
                break;
            case RunEffect.Publish:
                Tell(batch, NowMs, commit.Version!);
                break;
            case RunEffect.CloseRound e:
                batch.Add(LogEntry.RoundOver(NowMs, runId, e.Round.Number, voidReason: null));
                break;
            case RunEffect.VoidRound e:
                batch.Add(LogEntry.RoundOver(NowMs, runId, e.Round.Number, e.Reason));
                break;
            case RunEffect.PauseRun e:
                batch.Add(LogEntry.OperatorAction(NowMs, "pauseRun", runId, e.Reason, e.By));
                break;
            case RunEffect.ResumeRun e:
                batch.Add(LogEntry.OperatorAction(NowMs, "resumeRun", runId, reason: "", e.By));
                break;
            case RunEffect.EndRun e:
                batch.Add(LogEntry.RunEnded(NowMs, runId, e.Outcome.ToString(), e.Reason));
                break;
            default:
                break;
        }
    }

    /// <summary>A version, and a head that holds it.</summary>
    internal static void Tell(LogBatch batch, long nowMs, StoredVersion version)
    {
        batch.Add(LogEntry.VersionPublished(nowMs, version.RunId, version.Number, version.Manifest is { } manifest ? ManifestStatement.HashOf(manifest.Statement) : ""));
        batch.WantsHead = true;
    }
}
