namespace FedLearn.Core.Specs;

/// <summary>The spec's <c>strategy</c> object.</summary>
public sealed record StrategySpec
{
    /// <summary>A name of <see cref="StrategyKinds"/>. Default fedavg.</summary>
    public string Kind { get; init; } = "fedavg";

    /// <summary>The server optimizer: sgd, adagrad, adam, yogi. Default sgd.</summary>
    public string Optimizer { get; init; } = "sgd";

    /// <summary>The server optimizer's learning rate; above 0, at most 10. Default 1, which makes sgd the mean of the clients' models.</summary>
    public double ServerLearningRate { get; init; } = 1;

    /// <summary>Momentum of the optimizer sgd, in [0, 1). Default 0; above it is FedAvgM.</summary>
    public double ServerMomentum { get; init; }

    /// <summary>Decay of the first moment of adagrad, adam and yogi, in [0, 1). Null for the paper's: 0.9, and 0 for adagrad.</summary>
    public double? Beta1 { get; init; }

    /// <summary>Decay of the second moment of adam and yogi, in [0, 1). Null for the paper's: 0.99.</summary>
    public double? Beta2 { get; init; }

    /// <summary>The degree of adaptivity of adagrad, adam and yogi, in [1e-9, 10]. Null for the paper's: 1e-3.</summary>
    public double? Tau { get; init; }
}
