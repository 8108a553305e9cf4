using System.Collections.Immutable;
using FedLearn.Coordinator.Rounds;
using FedLearn.Coordinator.Storage.Rows;
using FedLearn.Core.Rounds;
using FedLearn.Core.Specs;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;

namespace FedLearn.Coordinator.Storage;

// Recovery: a run's state, rebuilt from its rows alone.
internal sealed partial class RunStore
{
    public IReadOnlyList<StoredRun> LoadOpen() => Read<IReadOnlyList<StoredRun>>(db =>
    {
        var runs = db.Runs.AsNoTracking().Where(r => r.Outcome == null).OrderBy(r => r.CreatedUnixMs).ThenBy(r => r.Id).ToList();
        return [.. runs.Select(run => Load(db, run))];
    });

    /// <summary>Reads what a start needs: a database that SQLite cannot make sense of is named as what it is.</summary>
    private T Read<T>(Func<CoordinatorDb, T> read)
    {
        using var db = factory.CreateDbContext();
        try
        {
            return read(db);
        }
        catch (Exception e) when (e is SqliteException && DatabaseErrors.OutcomeOf(e) is null)
        {
            throw new StoredDataException($"the database cannot be read: {e.Message}. Restore a backup", e);
        }
    }

    private static StoredRun Load(CoordinatorDb db, RunRow run) => Rebuild(
        run,
        [.. db.Rounds.AsNoTracking().Where(r => r.RunId == run.Id).OrderBy(r => r.Number)],
        db.Versions.Where(v => v.RunId == run.Id).Max(v => v.Number),
        round => db.Updates.AsNoTracking().Where(u => u.RunId == run.Id && u.Round == round),
        round => db.Evaluations.AsNoTracking().Where(e => e.RunId == run.Id && e.Round == round));

    /// <summary>A run's state from its rows, wherever they come from.</summary>
    /// <param name="run">The run's row.</param>
    /// <param name="rounds">Its rounds, by number.</param>
    /// <param name="version">Its newest version.</param>
    /// <param name="updatesOf">The accepted updates of a round.</param>
    /// <param name="reportsOf">The evaluations of a round.</param>
    internal static StoredRun Rebuild(
        RunRow run, IReadOnlyList<RoundRow> rounds, int version, Func<int, IEnumerable<UpdateRow>> updatesOf, Func<int, IEnumerable<EvaluationRow>> reportsOf)
    {
        var spec = RunSpecParser.Parse(run.SpecJson).Spec
            ?? throw new StoredDataException($"the stored spec of run {run.Id} does not parse");
        var state = new RunState
        {
            Spec = spec,
            LastRound = rounds.Count == 0 ? 0 : rounds[^1].Number,
            Version = version,

            // An open run has a reason only while it is paused.
            Paused = run is { Outcome: null, Reason.Length: > 0 } ? run.Reason : null,
            VoidsInARow = rounds.Reverse().SkipWhile(r => r.Status is "Fitting" or "Aggregating").TakeWhile(r => r.Status == "Void").Count(),
            Stop = rounds.Where(r => r.Status == "Published")
                .Aggregate(new StopProgress(null, 0), (stop, r) => StopRule.After(spec.Stop, stop, MetricsJson.Read(r.EvalMetrics))),
            Best = Best(spec.Stop, rounds),
            Facts = Selection.UsesRecords(spec) ? Facts(rounds, updatesOf) : SelectionFacts.None,
        };

        var updates = ImmutableSortedDictionary.Create<string, SealedUpdate>(StringComparer.Ordinal);
        if (rounds is [.., { Status: "Fitting" or "Aggregating" or "Evaluating" } open])
        {
            updates = updatesOf(open.Number).ToImmutableSortedDictionary(u => u.ClientId, FromRow, StringComparer.Ordinal);
            state = state with { Phase = Enum.Parse<RunPhase>(open.Status), Round = OpenRound(open, updates, reportsOf(open.Number)) };
        }

        return new StoredRun(run.Id, run.SpecJson, state, updates, DateTimeOffset.FromUnixTimeMilliseconds(run.CreatedUnixMs));
    }

    /// <summary>The best version by the evaluations of rounds.</summary>
    internal static BestModel? Best(StopSpec stop, IEnumerable<RoundRow> rounds) => rounds
        .Where(r => r is { Status: "Published", Version: not null })
        .Aggregate((BestModel?)null, (best, r) => BestModel.After(stop, best, r.Version!.Value, MetricsJson.Read(r.EvalMetrics)));

    /// <summary>What the state machine remembered of clients, round after round.</summary>
    internal static SelectionFacts Facts(IEnumerable<RoundRow> rounds, Func<int, IEnumerable<UpdateRow>> updatesOf) =>
        rounds.Aggregate(SelectionFacts.None, (facts, round) =>
        {
            var cohort = Ids(round.Cohort);
            var opened = facts.Opened(round.Number, cohort);
            return round.Status is "Fitting" or "Aggregating"
                ? opened
                : opened.Closed(cohort, updatesOf(round.Number).ToDictionary(u => u.ClientId, u => Accepted(FromRow(u)), StringComparer.Ordinal));
        });

    private static RoundState OpenRound(RoundRow row, ImmutableSortedDictionary<string, SealedUpdate> updates, IEnumerable<EvaluationRow> reports) => new()
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

    internal static AcceptedUpdate Accepted(SealedUpdate update) =>
        new(
            Convert.ToHexStringLower(update.Digest),
            update.NumExamples,
            update.Metrics.TryGetValue("loss", out var loss) ? loss : null,
            update.AcceptedAt.ToUnixTimeMilliseconds());

    private static ImmutableSortedSet<string> Ids(string commaSeparated) =>
        commaSeparated.Split(',', StringSplitOptions.RemoveEmptyEntries).ToImmutableSortedSet(StringComparer.Ordinal);
}
