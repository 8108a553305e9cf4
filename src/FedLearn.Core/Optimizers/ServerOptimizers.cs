using FedLearn.Core.Specs;

namespace FedLearn.Core.Optimizers;

/// <summary>The server optimizers by their names in a spec, with the defaults of Reddi et al. 2021.</summary>
public static class ServerOptimizers
{
    /// <summary>The paper's tau of all its experiments.</summary>
    private const double Tau = 1e-3;

    private const double Beta2 = 0.99;

    /// <summary>The names: <c>strategy.optimizer</c>.</summary>
    public static IReadOnlyList<string> Names { get; } = ["sgd", "adagrad", "adam", "yogi"];

    /// <summary>The optimizer that a valid spec asks for.</summary>
    public static IServerOptimizer Of(StrategySpec strategy) => strategy.Optimizer switch
    {
        "sgd" when strategy.ServerMomentum == 0 => new ServerSgd(strategy.ServerLearningRate),
        "sgd" => new FedAvgM(strategy.ServerLearningRate, strategy.ServerMomentum),
        "adagrad" => new FedAdagrad(Rates(strategy, beta1: 0)),
        "adam" => new FedAdam(Rates(strategy, beta1: 0.9), strategy.Beta2 ?? Beta2),
        "yogi" => new FedYogi(Rates(strategy, beta1: 0.9), strategy.Beta2 ?? Beta2),
        _ => throw new ArgumentOutOfRangeException(nameof(strategy), strategy.Optimizer, "not a name of a server optimizer"),
    };

    /// <summary>Whether a field of <c>strategy</c> that only some optimizers have belongs to this one.</summary>
    internal static bool Has(string optimizer, string field) => field switch
    {
        "serverMomentum" => optimizer == "sgd",
        "beta2" => optimizer is "adam" or "yogi",
        _ => optimizer != "sgd",
    };

    private static AdaptiveRates Rates(StrategySpec strategy, double beta1) =>
        new(strategy.ServerLearningRate, strategy.Beta1 ?? beta1, strategy.Tau ?? Tau);
}
