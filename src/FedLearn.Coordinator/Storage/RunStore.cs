using FedLearn.Coordinator.Provenance;
using FedLearn.Coordinator.Rounds;
using FedLearn.Coordinator.Storage.Log;
using FedLearn.Coordinator.Storage.Rows;
using FedLearn.Core.Proofs.Statements;
using FedLearn.Core.Rounds;
using Microsoft.EntityFrameworkCore;

namespace FedLearn.Coordinator.Storage;

/// <summary>Runs in SQLite. One transaction per commit; an error whose outcome is unknown is left to the caller.</summary>
internal sealed partial class RunStore(IDbContextFactory<CoordinatorDb> factory, LogBook log, TimeProvider time) : IRunStore
{
    private long NowMs => time.GetUtcNow().ToUnixTimeMilliseconds();

    public CommitOutcome Commit(string runId, IReadOnlyList<RunCommit> commits) => InTransaction((db, batch) =>
    {
        foreach (var commit in commits)
        {
            Apply(db, runId, commit);
            Tell(batch, runId, commit);
        }

        // A row that these refer to comes first.
        db.SaveChanges();
        Insert(db, commits.Where(c => c.Effect is RunEffect.AcceptUpdate).Select(c => ToRow(c.Update!)));
        Insert(db, commits.Select(c => c.Effect).OfType<RunEffect.RecordEvaluation>().Select(e => ToRow(runId, e)));
    });

    public CommitOutcome Create(string runId, string name, string specJson, StoredVersion initial, string? by) => InTransaction((db, batch) =>
    {
        db.Add(new RunRow { Id = runId, Name = name, SpecJson = specJson, CreatedUnixMs = NowMs });
        db.Add(ToRow(initial));
        db.SaveChanges();
        batch.Add(LogEntry.RunCreated(NowMs, runId, ProvenanceSigner.DigestOf(specJson), by));
        Tell(batch, NowMs, initial);
    });

    public string? FindRunId(string name)
    {
        using var db = factory.CreateDbContext();
        return db.Runs.Where(r => r.Name == name).Select(r => r.Id).FirstOrDefault();
    }

    public SealedUpdate? FindUpdate(string runId, int round, string clientId)
    {
        using var db = factory.CreateDbContext();
        return db.Updates.Find(runId, round, clientId) is { } row ? FromRow(row) : null;
    }

    public StoredVersion? FindVersion(string runId, int? number) => Read(db =>
    {
        var versions = db.Versions.AsNoTracking().Where(v => v.RunId == runId);
        var row = number is { } n
            ? versions.FirstOrDefault(v => v.Number == n)
            : versions.OrderByDescending(v => v.Number).FirstOrDefault();
        return row is null ? null : FromRow(row);
    });

    private CommitOutcome InTransaction(Action<CoordinatorDb, LogBatch> change)
    {
        try
        {
            log.Commit(change);
            return CommitOutcome.Done;
        }
        catch (Exception e) when (DatabaseErrors.OutcomeOf(e) is { } outcome)
        {
            return outcome;
        }
    }

    /// <summary>The rows that come by the hundred.</summary>
    private static void Insert<TRow>(CoordinatorDb db, IEnumerable<TRow> rows)
        where TRow : CheckedRow
    {
        using var insert = new RowInsert<TRow>(db);
        foreach (var row in rows)
        {
            insert.Add(row);
        }
    }

    private void Apply(CoordinatorDb db, string runId, RunCommit commit)
    {
        switch (commit.Effect)
        {
            case RunEffect.OpenRound e:
                db.Add(NewRow(runId, e.Round, NowMs));
                break;
            case RunEffect.Aggregate e:
                SetStatus(db, runId, e.Round, "Aggregating", commit.Figures);
                break;
            case RunEffect.Publish e:
                db.Add(ToRow(commit.Version!));
                SetStatus(db, runId, e.Round, "Evaluating", commit.Figures).Version = e.Version;
                break;
            case RunEffect.OpenEvaluation e:
                SetStatus(db, runId, e.Round, "Evaluating", commit.Figures).Evaluators = string.Join(',', e.Round.Evaluators);
                break;
            case RunEffect.CloseRound e:
                var closed = SetStatus(db, runId, e.Round, "Published", commit.Figures);
                closed.EvalMetrics = MetricsJson.Write(e.Metrics);
                closed.ClosedUnixMs = NowMs;
                break;
            case RunEffect.VoidRound e:
                var voided = SetStatus(db, runId, e.Round, "Void", commit.Figures);
                (voided.Reason, voided.ClosedUnixMs) = (e.Reason, NowMs);
                break;
            case RunEffect.PauseRun e:
                db.Runs.Find(runId)!.Reason = PauseText.Of(e.By, e.Reason);
                break;
            case RunEffect.ResumeRun:
                db.Runs.Find(runId)!.Reason = "";
                break;
            case RunEffect.EndRun e:
                var run = db.Runs.Find(runId)!;
                (run.Outcome, run.Reason, run.EndedUnixMs) = (e.Outcome.ToString(), e.Reason, NowMs);
                break;
            default:
                break;
        }
    }

    private static RoundRow SetStatus(CoordinatorDb db, string runId, RoundState round, string status, RoundFigures? figures)
    {
        var row = db.Rounds.Find(runId, round.Number)!;
        row.Status = status;
        row.TrainLoss = TrainLoss(round);
        if (figures is not null)
        {
            (row.Declined, row.Late, row.Refused) = (figures.DeclinedFit, figures.Late, figures.Refused);
            (row.BytesIn, row.BytesOut) = (figures.BytesIn, figures.BytesOut);
            (row.FitSeconds, row.AggregateSeconds, row.EvaluateSeconds) = (figures.FitSeconds, figures.AggregateSeconds, figures.EvaluateSeconds);
        }

        return row;
    }

    /// <summary>The mean training loss, weighted by examples, over the clients that reported one.</summary>
    internal static double? TrainLoss(RoundState round)
    {
        var reported = round.Updates.Values.Where(u => u.Loss is not null).ToList();
        return reported.Count == 0 ? null : reported.Sum(u => u.Loss!.Value * u.NumExamples) / reported.Sum(u => (double)u.NumExamples);
    }
}
