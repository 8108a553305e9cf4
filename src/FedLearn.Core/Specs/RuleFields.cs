namespace FedLearn.Core.Specs;

// The rows of the strategy that belong to some aggregation rules only: StrategyKinds says to which.
public static partial class SpecFields
{
    private static SpecField[] Rules() =>
    [
        Number("strategy.q", SpecBounds.Between(0, 100), $"{OnlyFor("strategy.q")}: how much more a client with a larger loss counts; at 0 each client counts alike.",
            s => s.Strategy.Q, (s, v) => s with { Strategy = s.Strategy with { Q = v } }),
        Optional("strategy.clients", SpecBounds.Between(1, 1_000_000), $"{OnlyFor("strategy.clients")}, which needs it: N, how many clients take part in the run in all, now or later. "
            + "A round of n updates moves the server's control by n / N of their mean.",
            s => s.Strategy.Clients, (s, v) => s with { Strategy = s.Strategy with { Clients = (int)v } }, unit: "clients"),
        Integer("strategy.byzantine", SpecBounds.Between(0, 10_000), $"{OnlyFor("strategy.byzantine")}: how many clients of a round may be hostile and send anything at all.",
            s => s.Strategy.Byzantine, (s, v) => s with { Strategy = s.Strategy with { Byzantine = (int)v } }, unit: "clients"),
        Integer("strategy.keep", SpecBounds.Between(0, 1000), $"{OnlyFor("strategy.keep")}: how many updates are averaged.",
            s => s.Strategy.Keep, (s, v) => s with { Strategy = s.Strategy with { Keep = (int)v } }, unit: "updates", zero: "the round's updates - byzantine - 2"),
        Integer("strategy.iterations", SpecBounds.Between(1, 100), $"{OnlyFor("strategy.iterations")}: iterations of Weiszfeld's algorithm, each a pass over the updates.",
            s => s.Strategy.Iterations, (s, v) => s with { Strategy = s.Strategy with { Iterations = (int)v } }, unit: "passes"),
        Number("strategy.smoothing", SpecBounds.Above(0, 1), $"{OnlyFor("strategy.smoothing")}: the least distance that counts, in the unit of a delta's L2 norm.",
            s => s.Strategy.Smoothing, (s, v) => s with { Strategy = s.Strategy with { Smoothing = v } }),
        Number("strategy.clipNorm", SpecBounds.Above(0, double.PositiveInfinity), $"{OnlyFor("strategy.clipNorm")}, which needs it: the L2 norm to which longer deltas are cut.",
            s => s.Strategy.ClipNorm, (s, v) => s with { Strategy = s.Strategy with { ClipNorm = v } }),
    ];

    private static string OnlyFor(string path) => $"For {string.Join(", ", StrategyKinds.All.Where(k => k.Fields.Contains(path)).Select(k => k.Name))} only";
}
