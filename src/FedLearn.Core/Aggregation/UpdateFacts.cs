using FedLearn.Core.Specs;

namespace FedLearn.Core.Aggregation;

/// <summary>What is known of an update without reading its values.</summary>
/// <param name="Weight">The number of examples it stands for, above 0.</param>
/// <param name="Norm">The L2 norm of its delta, as it was taken when the update came.</param>
public readonly record struct UpdateFacts(double Weight, double Norm)
{
    /// <summary>The metric of an update that reports <see cref="BaseLoss"/>.</summary>
    public const string BaseLossMetric = "baseLoss";

    /// <summary>How far its local steps go, for fednova; above 0. Default 1.</summary>
    public double LocalWork { get; init; } = 1;

    /// <summary>The client's mean loss of the base version on its training set, for qfedavg; at least 0. Default 0.</summary>
    public double BaseLoss { get; init; }

    /// <summary>The learning rate of its local steps, for qfedavg; at least 0. Default 1.</summary>
    public double LearningRate { get; init; } = 1;

    /// <summary>The facts of an update that <see cref="WhyNot"/> has nothing against.</summary>
    /// <param name="spec">The run.</param>
    /// <param name="round">The round, from 1.</param>
    /// <param name="examples">The examples that the client reported.</param>
    /// <param name="steps">The steps that it reported.</param>
    /// <param name="metrics">Its metrics.</param>
    /// <param name="norm">The delta's L2 norm.</param>
    public static UpdateFacts Of(RunSpec spec, int round, long examples, long steps, IReadOnlyDictionary<string, double> metrics, double norm)
    {
        var kind = StrategyKinds.ByName[spec.Strategy.Kind];
        return new UpdateFacts(examples, norm)
        {
            LocalWork = kind.NeedsSteps ? Aggregation.LocalWork.Of(spec.Client, round, steps) : 1,
            BaseLoss = kind.NeedsBaseLoss ? metrics[BaseLossMetric] : 0,
            LearningRate = spec.Client.LearningRateAt(round),
        };
    }

    /// <summary>What a strategy misses in a client's report, or null.</summary>
    public static string? WhyNot(StrategySpec strategy, long steps, IReadOnlyDictionary<string, double> metrics)
    {
        var kind = StrategyKinds.ByName[strategy.Kind];
        if (kind.NeedsSteps && steps < 1)
        {
            return $"steps: strategy {kind.Name} expects at least 1, got {steps}";
        }

        return !kind.NeedsBaseLoss ? null
            : !metrics.TryGetValue(BaseLossMetric, out var loss) ? $"metrics.{BaseLossMetric}: strategy {kind.Name} expects the mean loss of the base version on the client's training set; it is missing"
            : loss < 0 ? $"metrics.{BaseLossMetric}: strategy {kind.Name} expects at least 0, got {loss}"
            : null;
    }
}
