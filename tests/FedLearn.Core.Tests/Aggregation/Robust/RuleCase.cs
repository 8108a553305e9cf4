using CsCheck;
using FedLearn.Core.Aggregation;
using FedLearn.Core.Specs;

namespace FedLearn.Core.Tests.Aggregation.Robust;

/// <summary>A round for a rule: updates of random values and weights.</summary>
internal sealed record RuleCase(StrategySpec Strategy, float[][] Deltas, double[] Weights)
{
    /// <summary>The kinds that need no more than examples and values; MeansTests has the others.</summary>
    public static IEnumerable<string> Kinds => StrategyKinds.All.Where(k => !k.NeedsSteps && !k.NeedsBaseLoss).Select(k => k.Name);

    public double[][] InDouble => [.. Deltas.Select(d => d.Select(v => (double)v).ToArray())];

    public double[] Aggregate() => Aggregate(Strategy, Deltas, Weights);

    public static double[] Aggregate(StrategySpec strategy, float[][] deltas, double[] weights)
    {
        var aggregate = new double[deltas[0].Length];
        Memory(deltas, weights).Aggregate(StrategyKinds.RuleOf(strategy), aggregate);
        return aggregate;
    }

    public static MemoryUpdates Memory(float[][] deltas, double[] weights) => new([.. deltas.Select(d => (ReadOnlyMemory<float>)d)], weights);

    /// <summary>Rounds of as many updates as the rule needs, or some more.</summary>
    public static Gen<RuleCase> Of(string kind, Gen<int> lengths, int mostHostile = 3) =>
        from f in Gen.Int[0, mostHostile]
        from more in Gen.Int[0, 6]
        from keep in Gen.Int[0, 5]
        from iterations in Gen.Int[1, 5]
        from length in lengths
        from seed in Gen.Int
        let strategy = StrategyOf(kind, f, keep, iterations)
        select Random(strategy, StrategyKinds.RuleOf(strategy).Bounds.Least + more, length, seed);

    public static StrategySpec StrategyOf(string kind, int f, int keep = 0, int iterations = 3) =>
        new() { Kind = kind, Byzantine = f, Keep = keep, Iterations = iterations, ClipNorm = 1.5 };

    private static RuleCase Random(StrategySpec strategy, int clients, int length, int seed)
    {
        var random = new Random(seed);
        return new RuleCase(
            strategy,
            [.. Enumerable.Range(0, clients).Select(_ => Enumerable.Range(0, length).Select(_ => (random.NextSingle() - 0.5f) * 3).ToArray())],
            [.. Enumerable.Range(0, clients).Select(_ => (double)random.Next(1, 1000))]);
    }
}
