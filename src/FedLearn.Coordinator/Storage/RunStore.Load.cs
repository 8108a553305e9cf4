using System.Collections.Immutable;
using FedLearn.Coordinator.Rounds;
using FedLearn.Coordinator.Storage.Rows;
using FedLearn.Core.Rounds;
using FedLearn.Core.Specs;
using Microsoft.EntityFrameworkCore;

namespace FedLearn.Coordinator.Storage;

// Recovery: a run's state, rebuilt from its rows alone.
internal sealed partial class RunStore
{
    public IReadOnlyList<StoredRun> LoadOpen()
    {
        using var db = factory.CreateDbContext();
        var runs = db.Runs.AsNoTracking().Where(r => r.Outcome == null).OrderBy(r => r.CreatedUnixMs).ThenBy(r => r.Id).ToList();
        return [.. runs.Select(run => Load(db, run))];
    }

    private static StoredRun Load(CoordinatorDb db, RunRow run)
    {
        var spec = RunSpecParser.Parse(run.SpecJson).Spec
            ?? throw new StoredDataException($"the stored spec of run {run.Id} does not parse");
        var rounds = db.Rounds.AsNoTracking().Where(r => r.RunId == run.Id).OrderBy(r => r.Number).ToList();
        var state = new RunState
        {
            Spec = spec,
            LastRound = rounds.Count == 0 ? 0 : rounds[^1].Number,
            Version = db.Versions.Where(v => v.RunId == run.Id).Max(v => v.Number),
            VoidsInARow = rounds.AsEnumerable().Reverse().SkipWhile(r => r.Status is "Fitting" or "Aggregating").TakeWhile(r => r.Status == "Void").Count(),
            Stop = rounds.Where(r => r.Status == "Published")
                .Aggregate(new StopProgress(null, 0), (stop, r) => StopRule.After(spec.Stop, stop, MetricsJson.Read(r.EvalMetrics))),
        };

        var updates = ImmutableSortedDictionary.Create<string, SealedUpdate>(StringComparer.Ordinal);
        if (rounds.LastOrDefault() is { Status: "Fitting" or "Aggregating" or "Evaluating" } open)
        {
            updates = db.Updates.AsNoTracking().Where(u => u.RunId == run.Id && u.Round == open.Number)
                .AsEnumerable().ToImmutableSortedDictionary(u => u.ClientId, FromRow, StringComparer.Ordinal);
            state = state with { Phase = Enum.Parse<RunPhase>(open.Status), Round = OpenRound(db, open, updates) };
        }

        return new StoredRun(run.Id, run.SpecJson, state, updates, DateTimeOffset.FromUnixTimeMilliseconds(run.CreatedUnixMs));
    }

    private static RoundState OpenRound(CoordinatorDb db, RoundRow row, ImmutableSortedDictionary<string, SealedUpdate> updates)
    {
        var reports = db.Evaluations.AsNoTracking().Where(e => e.RunId == row.RunId && e.Round == row.Number).AsEnumerable();
        return new RoundState
        {
            Number = row.Number,
            BaseVersion = row.BaseVersion,
            Cohort = Ids(row.Cohort),
            Wanted = row.Wanted,
            StageStarted = TimeSpan.Zero,
            Updates = updates.ToImmutableSortedDictionary(u => u.Key, u => Accepted(u.Value), StringComparer.Ordinal),
            Evaluators = Ids(row.Evaluators),
            Reports = reports.ToImmutableSortedDictionary(
                e => e.ClientId,
                e => new EvaluationResultOf(e.NumExamples, MetricsJson.Read(e.Metrics)),
                StringComparer.Ordinal),
        };
    }

    internal static AcceptedUpdate Accepted(SealedUpdate update) =>
        new(Convert.ToHexStringLower(update.Digest), update.NumExamples, update.Metrics.TryGetValue("loss", out var loss) ? loss : null);

    private static ImmutableSortedSet<string> Ids(string commaSeparated) =>
        commaSeparated.Split(',', StringSplitOptions.RemoveEmptyEntries).ToImmutableSortedSet(StringComparer.Ordinal);
}
