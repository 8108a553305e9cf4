using FedLearn.Core.Optimizers;

namespace FedLearn.Core.Specs;

// The rows of the strategy.
public static partial class SpecFields
{
    private static SpecBounds Decay => SpecBounds.Between(0, 1) with { BelowMaximum = true };

    private static SpecField[] Strategy() =>
    [
        Text("strategy.kind", string.Join(", ", StrategyKinds.All.Select(k => k.Name)), StrategyKinds.ByName.ContainsKey, "How the clients' deltas become one; see docs/strategies.md.",
            s => s.Strategy.Kind, (s, v) => s with { Strategy = s.Strategy with { Kind = v } }),
        Text("strategy.optimizer", string.Join(", ", ServerOptimizers.Names), ServerOptimizers.Names.Contains,
            "What the server does with the aggregated delta: sgd adds it to the parameters; adagrad, adam and yogi are FedAdagrad, FedAdam and FedYogi.",
            s => s.Strategy.Optimizer, (s, v) => s with { Strategy = s.Strategy with { Optimizer = v } }),
        Number("strategy.serverLearningRate", SpecBounds.Above(0, 10), "The server optimizer's learning rate: of sgd the factor on the aggregated delta.",
            s => s.Strategy.ServerLearningRate, (s, v) => s with { Strategy = s.Strategy with { ServerLearningRate = v } }),
        Number("strategy.serverMomentum", Decay, "Momentum of the optimizer sgd; above 0 it is FedAvgM.",
            s => s.Strategy.ServerMomentum, (s, v) => s with { Strategy = s.Strategy with { ServerMomentum = v } }),
        Number("strategy.beta1", Decay, "Decay of the first moment of adagrad, adam and yogi. Default 0.9; of adagrad 0.",
            s => s.Strategy.Beta1, (s, v) => s with { Strategy = s.Strategy with { Beta1 = v } }),
        Number("strategy.beta2", Decay, "Decay of the second moment of adam and yogi. Default 0.99.",
            s => s.Strategy.Beta2, (s, v) => s with { Strategy = s.Strategy with { Beta2 = v } }),
        Number("strategy.tau", SpecBounds.Between(1e-9, 10), "Degree of adaptivity of adagrad, adam and yogi: the smaller, the more adaptive. Default 0.001.",
            s => s.Strategy.Tau, (s, v) => s with { Strategy = s.Strategy with { Tau = v } }),
    ];
}
