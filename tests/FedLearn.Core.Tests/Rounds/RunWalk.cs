using System.Collections.Immutable;
using CsCheck;
using FedLearn.Core.Rounds;
using FedLearn.Core.Specs;

namespace FedLearn.Core.Tests.Rounds;

/// <summary>One move of a random walk: what happens, after how much time. The event is made from the state that the walk is in.</summary>
internal sealed record Move(double Seconds, Func<RunState, RunEvent> Event);

/// <summary>Random specs and random moves: everything that clients, operators, timers and a lossy network may do to a run.</summary>
internal static class RunWalk
{
    private static readonly Gen<string> Client = Gen.Int[0, 7].Select(i => $"c{i:00}");

    private static readonly Gen<double> Pause = Gen.Frequency((6, Gen.Const(0.0)), (3, Gen.Double[0.01, 3]), (1, Gen.Double[3, 80]));

    /// <summary>The round that is open, or by chance one before or after it.</summary>
    private static readonly Gen<int> Shift = Gen.Frequency((12, Gen.Const(0)), (1, Gen.Int[-2, 1]));

    public static Gen<RunSpec> Specs { get; } =
        from stop in Gen.Select(Gen.Int[1, 6], Gen.Int[0, 2], OneOf(0.0, 0.0, 30, 200), OneOf<TargetSpec?>(null, null, new("accuracy", 0.9)))
        from cohort in Gen.Select(Gen.Double[0.1, 1], Gen.Int[0, 5], Gen.Int[1, 3], Gen.Double[1, 3])
        from selection in Gen.Select(Gen.Enum<SelectionKind>(), OneOf<double?>(null, 1, 2.5))
        from closing in Gen.Select(Gen.Int[1, 4], Gen.Int[0, 3], OneOf(0.0, 0.0, 2), OneOf(5.0, 20, 600))
        from evaluation in Gen.Select(Gen.Int[0, 3], Gen.Frequency((5, Gen.Double[0.1, 1]), (1, Gen.Const(0.0))), Gen.Int[1, 3], OneOf(3.0, 10, 120))
        from seed in Gen.Long
        select Legal(TestRun.Spec with
        {
            Seed = seed,
            Stop = new StopSpec { Rounds = stop.Item1, Patience = stop.Item2, WallSeconds = stop.Item3, Target = stop.Item4 },
            Cohort = new CohortSpec { Fraction = cohort.Item1, Count = cohort.Item2, Minimum = cohort.Item3, OverSelection = cohort.Item4, Selection = selection.Item1, MaxWait = selection.Item2 },
            Closing = new ClosingSpec
            {
                MinUpdates = closing.Item1,
                MaxUpdates = closing.Item2 == 0 ? 0 : closing.Item1 + closing.Item2 - 1,
                MinSeconds = closing.Item3,
                MaxSeconds = closing.Item4,
            },
            Evaluation = new EvaluationSpec
            {
                EveryRounds = evaluation.Item1,
                Fraction = evaluation.Item2,
                MinReports = evaluation.Item3,
                MaxSeconds = evaluation.Item4,
            },
        });

    public static Gen<Move[]> Moves { get; } =
        Gen.Select(Pause, Gen.Frequency(
            (12, Update()), (3, Aggregated()), (5, Report()), (2, Decline()), (2, Eligible()), (3, Tick()), (1, Failed()), (1, Operator())))
        .Select((seconds, happens) => new Move(seconds, happens)).Array[20, 120];

    private static Gen<Func<RunState, RunEvent>> Update() =>
        from client in Client
        from shift in Shift
        from wrongBase in Gen.Frequency((12, Gen.Const(0)), (1, Gen.Int[-1, 1]))
        from digest in OneOf("aa", "aa", "aa", "bb")
        from examples in Gen.Long[1, 3]
        from accepted in Gen.Long[0, 3]
        select (Func<RunState, RunEvent>)(s =>
            new RunEvent.UpdateSealed(client, s.LastRound + shift, (s.Round?.BaseVersion ?? s.Version) + wrongBase, new AcceptedUpdate(digest, examples, null, accepted)));

    private static Gen<Func<RunState, RunEvent>> Aggregated() =>
        from shift in Shift
        from wrong in Shift
        select (Func<RunState, RunEvent>)(s => new RunEvent.AggregateReady(s.LastRound + shift, s.Version + 1 + wrong));

    private static Gen<Func<RunState, RunEvent>> Failed() =>
        Shift.Select(shift => (Func<RunState, RunEvent>)(s => new RunEvent.AggregationFailed(s.LastRound + shift, "a damaged block")));

    private static Gen<Func<RunState, RunEvent>> Report() =>
        from client in Client
        from shift in Shift
        from accuracy in Gen.Double[0, 1]
        select (Func<RunState, RunEvent>)(s =>
            new RunEvent.EvaluationReported(client, s.LastRound + shift, TestRun.Result(2, ("accuracy", accuracy), ("loss", 1 - accuracy))));

    private static Gen<Func<RunState, RunEvent>> Decline() =>
        from client in Client
        from shift in Shift
        from stage in OneOf(RunPhase.Fitting, RunPhase.Fitting, RunPhase.Evaluating, RunPhase.Aggregating, RunPhase.Waiting)
        select (Func<RunState, RunEvent>)(s => new RunEvent.StageDeclined(client, s.LastRound + shift, stage));

    private static Gen<Func<RunState, RunEvent>> Eligible() =>
        Gen.Select(Client.Array[2, 12], Client.Array[0, 2], Gen.Long[1, 1000]).Select((ids, only, examples) =>
        {
            // Those with an even number announce how much they have.
            var eligible = ids.Except(only).ToImmutableSortedSet(StringComparer.Ordinal);
            var announced = eligible.Where(id => id[^1] % 2 == 0).ToImmutableSortedDictionary(id => id, id => examples * id[^1] % 100 + 1, StringComparer.Ordinal);
            return (Func<RunState, RunEvent>)(_ => new RunEvent.EligibleChanged(eligible, announced) { EvaluateOnly = only.ToImmutableSortedSet(StringComparer.Ordinal) });
        });

    private static Gen<Func<RunState, RunEvent>> Tick() => Gen.Const<Func<RunState, RunEvent>>(_ => new RunEvent.Tick());

    private static Gen<Func<RunState, RunEvent>> Operator() =>
        Gen.Int[0, 9].Select(i => (Func<RunState, RunEvent>)(_ => i switch
        {
            0 => new RunEvent.StopRequested("by chance"),
            < 4 => new RunEvent.PauseRequested("operator", "by chance"),
            _ => new RunEvent.ResumeRequested("operator"),
        }));

    /// <summary>What the parser would refuse is put right.</summary>
    private static RunSpec Legal(RunSpec spec) => spec with
    {
        Stop = spec.Evaluation.EveryRounds > 0 ? spec.Stop : spec.Stop with { Patience = 0, Target = null },
        Cohort = spec.Cohort.Count == 0 ? spec.Cohort : spec.Cohort with { Fraction = 1, Count = Math.Max(spec.Cohort.Count, spec.Closing.MinUpdates) },
    };

    private static Gen<T> OneOf<T>(params T[] values) => Gen.Int[0, values.Length - 1].Select(i => values[i]);
}
