using FedLearn.Core.Specs;
using FedLearn.Proofs.Simulation.Machinery;

namespace FedLearn.Proofs.Simulation;

/// <summary>What a seed simulates: the run's spec, its clients, and how long things break.</summary>
/// <param name="Spec">The run.</param>
/// <param name="Clients">How many clients there are.</param>
/// <param name="Exact">
/// Whether every round takes the updates of all clients, however often it is tried: then an undisturbed run must publish the same bits.
/// </param>
/// <param name="Chaos">For how long things break.</param>
internal sealed record SimPlan(RunSpec Spec, int Clients, bool Exact, TimeSpan Chaos)
{
    private const int Elements = 5;

    public static SimPlan Of(ulong seed)
    {
        var chance = new Chance(seed);
        var exact = chance.Of(0.5);
        var clients = 2 + chance.Below(5);
        var model = RunSpecParser.Parse($$"""
            { "name": "sim", "model": { "kind": "custom", "tensors": [ { "name": "w", "shape": [{{Elements}}], "init": { "kind": "normal", "std": 1 } } ] } }
            """).Spec!;
        var spec = model with
        {
            Seed = (long)chance.Next(),
            Bounds = new BoundsSpec { MaxExamples = 64, MaxNorm = 1e30 },
            Strategy = model.Strategy with { ServerLearningRate = chance.Pick(1, 1, 0.5) },
        };
        spec = exact ? Exactly(spec, clients, chance) : Freely(spec, clients, chance);
        return new SimPlan(spec with { Cohort = Selecting(spec.Cohort, new Chance(~seed)) }, clients, exact, chance.Milliseconds(40_000, 240_000));
    }

    private static RunSpec Exactly(RunSpec spec, int clients, Chance chance) => spec with
    {
        Stop = new StopSpec { Rounds = 1 + chance.Below(4) },
        Cohort = new CohortSpec { Minimum = clients },
        Closing = new ClosingSpec { MinUpdates = clients, MaxSeconds = chance.Pick(20.0, 60) },
        Evaluation = new EvaluationSpec { EveryRounds = chance.Below(3), MaxSeconds = 15 },
    };

    private static CohortSpec Selecting(CohortSpec cohort, Chance chance) =>
        cohort with { Selection = chance.Pick(SelectionKind.Uniform, SelectionKind.DataSize, SelectionKind.Availability), MaxWait = chance.Pick(null, (double?)1, 2) };

    private static RunSpec Freely(RunSpec spec, int clients, Chance chance)
    {
        var least = 1 + chance.Below(clients);
        return spec with
        {
            Stop = new StopSpec { Rounds = 1 + chance.Below(5), WallSeconds = chance.Pick(0.0, 0, 0, 90), Patience = 0 },
            Cohort = new CohortSpec { Fraction = chance.Pick(0.4, 0.7, 1), Minimum = least, OverSelection = chance.Pick(1, 1, 1.5) },
            Closing = new ClosingSpec
            {
                MinUpdates = Math.Max(1, least - chance.Below(2)),
                MinSeconds = chance.Pick(0.0, 0, 3),
                MaxSeconds = chance.Pick(6.0, 15, 60),
            },
            Evaluation = new EvaluationSpec { EveryRounds = chance.Below(3), Fraction = chance.Pick(0.5, 1), MinReports = 1 + chance.Below(2), MaxSeconds = 10 },
        };
    }
}
