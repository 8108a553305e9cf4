namespace FedLearn.Core.Specs;

/// <summary>The spec's <c>strategy</c> object.</summary>
public sealed record StrategySpec
{
    /// <summary>A name of <see cref="StrategyKinds"/>. Default fedavg.</summary>
    public string Kind { get; init; } = "fedavg";

    /// <summary>For qfedavg: how much more a client with a larger loss counts; 0 to 100. Default 1.</summary>
    public double Q { get; init; } = 1;

    /// <summary>For scaffold, which needs it: N, the number of all clients that take part in the run at one time or another; 1 to 1,000,000.</summary>
    public int? Clients { get; init; }

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

    /// <summary>For robust rules: how many clients of a round may send anything at all. 0 to 10,000. Default 0.</summary>
    public int Byzantine { get; init; }

    /// <summary>For multiKrum: how many updates are averaged, at most the round's - byzantine - 2; 0 = just as many. Default 0.</summary>
    public int Keep { get; init; }

    /// <summary>For geometricMedian: the iterations, each a pass over the updates. 1 to 100. Default 3, the paper's.</summary>
    public int Iterations { get; init; } = 3;

    /// <summary>For geometricMedian: distances count as this at least, in the unit of the norm of a delta. In (0, 1]. Default 1e-6, the paper's.</summary>
    public double Smoothing { get; init; } = 1e-6;

    /// <summary>For normClipping, which needs it: the norm to which longer deltas are cut; above 0.</summary>
    public double? ClipNorm { get; init; }
}
