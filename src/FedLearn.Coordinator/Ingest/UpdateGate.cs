using FedLearn.Coordinator.Rounds;
using FedLearn.Coordinator.Storage.Disks;
using FedLearn.Core.Rounds;
using FedLearn.Protocol;
using FedLearn.Protocol.V1;

namespace FedLearn.Coordinator.Ingest;

/// <summary>What is decided about an update: its receipt, or a problem, or neither: its bytes may come.</summary>
/// <param name="Receipt">The update is accepted.</param>
/// <param name="Problem">The update is not accepted.</param>
/// <param name="KeepsBytes">With a problem: what came stays on disk, since the same update, sent again, is decided then.</param>
internal readonly record struct GateAnswer(Receipt? Receipt = null, Problem? Problem = null, bool KeepsBytes = false);

/// <summary>
/// Decides about updates, before their bytes and after: everything of the way of an update that needs neither a disk nor a wait, so that
/// a simulation runs the very same decisions.
/// </summary>
internal sealed class UpdateGate(CoordinatorLog log)
{
    /// <summary>Answers an update of a client whose update for that round is accepted already: the same one has its receipt.</summary>
    public static GateAnswer Repeat(AnnouncedUpdate update, SealedUpdate accepted) => update.IsSameAs(accepted)
        ? new(AnnouncedUpdate.ToReceipt(accepted))
        : new(Problem: Problem.Of(Refusal.AnotherAccepted, update.RunId, update.Round));

    /// <summary>Whether a run takes an update: its client was selected, the round is open, and the header fits.</summary>
    public GateAnswer Admit(OpenRun run, AnnouncedUpdate update)
    {
        // The state first: updates are recorded before the state that follows from them, never after.
        var refusal = RunMachine.WhyNot(run.State, update.ClientId, update.Round, update.Header.BaseVersion);
        if (run.Updates.Find(update.Round, update.ClientId) is { } accepted)
        {
            return Repeat(update, accepted);
        }

        var problem = refusal is { } reason ? Refuse(run, reason, update.Round) : HeaderValidator.Check(update.Header, run);
        if (problem is not null)
        {
            if (refusal is null)
            {
                run.Metrics?.UpdateInvalid();
            }

            run.Notes.Refused(update.Round, update.ClientId, problem.Text);
            log.UploadRefused(run.Spec.Name, update.Round, update.ClientId, problem.Text);
        }

        return new(Problem: problem);
    }

    /// <summary>What is wrong with the bytes of an update, once they have all come, or null.</summary>
    /// <param name="run">The update's run.</param>
    /// <param name="update">What the client announced.</param>
    /// <param name="parts">What the bytes of its parts say, in the header's order.</param>
    public static Problem? CheckWhole(OpenRun run, AnnouncedUpdate update, IReadOnlyList<WholePart> parts)
    {
        foreach (var (announced, part) in update.Header.Parts.Zip(parts))
        {
            if (!announced.Digest.Span.SequenceEqual(part.Digest))
            {
                return Problem.Invalid($"part '{announced.Name}': the bytes' digest is {Convert.ToHexStringLower(part.Digest)}, the header says {Convert.ToHexStringLower(announced.Digest.Span)}; they were changed on the way, send the update again");
            }

            if (part.Mistake is not null || !double.IsFinite(part.Norm))
            {
                return Problem.Invalid(part.Mistake ?? $"part '{announced.Name}' holds NaN or Inf; expected finite values only");
            }
        }

        var bounds = run.Spec.Bounds;
        return CheckNorm("update", parts[0].Norm, bounds.MaxNorm, "bounds.maxNorm")
            ?? (parts.Count > 1 ? CheckNorm("control delta", parts[1].Norm, bounds.MaxControlNorm, "bounds.maxControlNorm") : null);
    }

    /// <summary>What a client hears of the run's reply to its sealed update.</summary>
    public static GateAnswer Conclude(AnnouncedUpdate update, RunReply reply) => reply switch
    {
        RunReply.Accepted accepted => new(AnnouncedUpdate.ToReceipt(accepted.Update)),
        RunReply.Refused refused => new(Problem: Problem.Of(refused.Reason, update.RunId, update.Round)),
        RunReply.Unavailable { Why: CommitOutcome.Full } => new(Problem: DiskErrors.Full, KeepsBytes: true),
        // The bytes stay: the same update, sent again, is written again and decided then.
        _ => new(
            Problem: Problem.Unavailable("the coordinator could not make the update durable just now (the database is busy, or it is stopping); nothing was counted, send it again"),
            KeepsBytes: true),
    };

    private static Problem? CheckNorm(string what, double norm, double most, string bound) => most > 0 && norm > most
        ? Problem.Invalid($"the {what}'s L2 norm is {norm:g6}, the run allows {most:g6} at most ({bound})")
        : null;

    private static Problem Refuse(OpenRun run, Refusal refusal, int round)
    {
        if (refusal == Refusal.RoundClosed)
        {
            run.Meter.AddLate();
        }
        else
        {
            run.Meter.AddRefused();
        }

        return Problem.Of(refusal, run.Id, round);
    }
}
