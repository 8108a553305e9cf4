using FedLearn.Coordinator.Rounds;
using FedLearn.Coordinator.Storage.Rows;
using FedLearn.Core.Models;
using FedLearn.Core.Rounds;
using FedLearn.Core.Specs;
using FedLearn.Protocol.V1;
using Microsoft.EntityFrameworkCore;
using MetricSpread = FedLearn.Core.Rounds.MetricSpread;
using V1 = FedLearn.Protocol.V1;

namespace FedLearn.Coordinator.Storage;

/// <summary>Runs and rounds as operators read them: what is durable.</summary>
internal sealed class RunCatalog(IDbContextFactory<CoordinatorDb> factory)
{
    /// <summary>Whether the database can be reached.</summary>
    public async Task<bool> AnswersAsync(CancellationToken cancellationToken)
    {
        await using var db = await factory.CreateDbContextAsync(cancellationToken).ConfigureAwait(false);
        return await db.Database.CanConnectAsync(cancellationToken).ConfigureAwait(false);
    }

    public IReadOnlyList<Run> Runs()
    {
        using var db = factory.CreateDbContext();
        return [.. db.Runs.AsNoTracking().OrderBy(r => r.CreatedUnixMs).ThenBy(r => r.Id).AsEnumerable().Select(r => ToWire(db, r))];
    }

    /// <summary>The ids of all runs, oldest first.</summary>
    public IReadOnlyList<string> RunIds()
    {
        using var db = factory.CreateDbContext();
        return [.. db.Runs.OrderBy(r => r.CreatedUnixMs).ThenBy(r => r.Id).Select(r => r.Id)];
    }

    public Run? FindRun(string runId)
    {
        using var db = factory.CreateDbContext();
        return db.Runs.Find(runId) is { } row ? ToWire(db, row) : null;
    }

    /// <summary>The model of a run.</summary>
    /// <exception cref="StoredDataException">There is no such run, or its row has no readable spec.</exception>
    public ModelManifest ManifestOf(string runId) =>
        SpecOf(runId)?.Model.Manifest ?? throw new StoredDataException($"the row of run {runId} has no spec that can be read");

    /// <summary>The spec of a run, or null.</summary>
    public RunSpec? SpecOf(string runId)
    {
        using var db = factory.CreateDbContext();
        return db.Runs.Find(runId) is { } row ? RunSpecParser.Parse(row.SpecJson).Spec : null;
    }

    public Round? FindRound(string runId, int number)
    {
        using var db = factory.CreateDbContext();
        return db.Rounds.Find(runId, number) is { } row ? ToWire(db, row) : null;
    }

    /// <summary>The signed manifests of versions, in order, up to the first that has none.</summary>
    public IReadOnlyList<SignedBytes> Manifests(string runId, int first, int last, int most)
    {
        using var db = factory.CreateDbContext();
        return
        [
            .. db.Versions.AsNoTracking().Where(v => v.RunId == runId && v.Number >= first && v.Number <= last).OrderBy(v => v.Number).Take(most)
                .AsEnumerable().Select(v => RunStore.FromRow(v).Manifest).TakeWhile(m => m is not null).Select(m => m!),
        ];
    }

    /// <summary>The rounds from a number on, oldest first.</summary>
    public IReadOnlyList<Round> Rounds(string runId, int from)
    {
        using var db = factory.CreateDbContext();
        return [.. db.Rounds.AsNoTracking().Where(r => r.RunId == runId && r.Number >= from).OrderBy(r => r.Number).AsEnumerable().Select(r => ToWire(db, r))];
    }

    private static Run ToWire(CoordinatorDb db, RunRow row)
    {
        var run = Plain(db, row);
        if (row.Outcome is not null && RunSpecParser.Parse(row.SpecJson).Spec is { Stop: var stop })
        {
            // Of an open run its loop knows it, without reading all rounds at each change.
            SetBest(run, stop, RunStore.Best(stop, db.Rounds.AsNoTracking().Where(r => r.RunId == row.Id).OrderBy(r => r.Number)));
        }

        return run;
    }

    private static Run Plain(CoordinatorDb db, RunRow row) => new()
    {
        RunId = row.Id,
        Name = row.Name,
        Status = row.Outcome switch
        {
            null => RunStatus.Open,
            "Completed" => RunStatus.Completed,
            "Stopped" => RunStatus.Stopped,
            _ => RunStatus.Failed,
        },
        Reason = row.Reason,
        SpecJson = row.SpecJson,
        Round = db.Rounds.Where(r => r.RunId == row.Id).Max(r => (int?)r.Number) ?? 0,
        Version = db.Versions.Where(v => v.RunId == row.Id).Max(v => (int?)v.Number) ?? 0,
        CreatedUnixMs = row.CreatedUnixMs,
        EndedUnixMs = row.EndedUnixMs ?? 0,
    };

    private static Round ToWire(CoordinatorDb db, RoundRow row)
    {
        var round = new Round
        {
            Number = row.Number,
            Status = Enum.Parse<RoundStatus>(row.Status),
            Reason = row.Reason,
            BaseVersion = row.BaseVersion,
            Cohort = row.Cohort.Length == 0 ? 0 : row.Cohort.Split(',').Length,
            Accepted = db.Updates.Count(u => u.RunId == row.RunId && u.Round == row.Number),
            Declined = row.Declined,
            Late = row.Late,
            Refused = row.Refused,
            BytesIn = row.BytesIn,
            BytesOut = row.BytesOut,
            FitSeconds = row.FitSeconds,
            AggregateSeconds = row.AggregateSeconds,
            EvaluateSeconds = row.EvaluateSeconds,
        };
        if (row.Version is { } version)
        {
            round.Version = version;
        }

        if (row.TrainLoss is { } loss)
        {
            round.TrainLoss = loss;
        }

        round.EvalMetrics.Add(MetricsJson.Read(row.EvalMetrics));
        var rows = db.Evaluations.AsNoTracking().Where(e => e.RunId == row.RunId && e.Round == row.Number).OrderBy(e => e.ClientId).ToList();
        round.Evaluations.AddRange(rows.Select(ToWire));
        foreach (var (metric, spread) in MetricSpread.Of(rows.Select(e => new EvaluationResultOf(e.NumExamples, MetricsJson.Read(e.Metrics)))))
        {
            round.Spread.Add(metric, new V1.MetricSpread { Worst = spread.Worst, Median = spread.Median, Best = spread.Best });
        }

        return round;
    }

    /// <summary>Says which version is the best, if any is.</summary>
    public static void SetBest(Run run, StopSpec stop, BestModel? best)
    {
        if (best is not null)
        {
            (run.BestVersion, run.BestMetric, run.BestValue) = (best.Version, BestModel.MetricOf(stop), best.Value);
        }
    }

    private static ClientEvaluation ToWire(EvaluationRow row)
    {
        var evaluation = new ClientEvaluation { ClientId = row.ClientId, NumExamples = row.NumExamples };
        evaluation.Metrics.Add(MetricsJson.Read(row.Metrics));
        return evaluation;
    }
}
