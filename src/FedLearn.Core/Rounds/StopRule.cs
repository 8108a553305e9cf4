using System.Collections.Immutable;
using FedLearn.Core.Specs;

namespace FedLearn.Core.Rounds;

/// <summary>Decides whether a run is done: whichever of rounds, target, patience and wall time comes first.</summary>
public static class StopRule
{
    /// <summary>The reason to stop after a round closed, or null to go on.</summary>
    /// <param name="spec">The stop rule.</param>
    /// <param name="version">The newest published version: the number of published rounds.</param>
    /// <param name="metrics">The round's federated evaluation; empty where there was none.</param>
    /// <param name="progress">The memory of past evaluations, this one included.</param>
    /// <param name="wallTimeOver">Whether the run's wall time is over.</param>
    public static string? Reason(
        StopSpec spec,
        int version,
        ImmutableSortedDictionary<string, double> metrics,
        StopProgress progress,
        bool wallTimeOver)
    {
        if (spec.Target is { } target && metrics.TryGetValue(target.Metric, out var value) && Reached(target, value))
        {
            return $"target reached: {target.Metric} {value:0.####} (wanted {target.Value:0.####})";
        }

        if (version >= spec.Rounds)
        {
            return $"all {spec.Rounds} rounds done";
        }

        if (spec.Patience > 0 && progress.SinceBest >= spec.Patience)
        {
            return $"no better {spec.PatienceMetric} than {progress.Best:0.####} in {progress.SinceBest} evaluations";
        }

        return wallTimeOver ? WallTimeReason(spec) : null;
    }

    /// <summary>The reason of a run that ends by its wall time.</summary>
    public static string WallTimeReason(StopSpec spec) => $"wall time of {spec.WallSeconds:0.#} s is over";

    /// <summary>The memory after one more evaluation; unchanged where the watched metric is not in it.</summary>
    public static StopProgress After(StopSpec spec, StopProgress progress, ImmutableSortedDictionary<string, double> metrics)
    {
        if (!metrics.TryGetValue(spec.PatienceMetric, out var value))
        {
            return progress;
        }

        var better = progress.Best is not { } best
            || (SmallerIsBetter(spec.PatienceMetric) ? value < best - spec.MinDelta : value > best + spec.MinDelta);
        return better ? new StopProgress(value, 0) : progress with { SinceBest = progress.SinceBest + 1 };
    }

    private static bool Reached(TargetSpec target, double value) =>
        SmallerIsBetter(target.Metric) ? value <= target.Value : value >= target.Value;

    /// <summary>Of which metrics less is better: of <c>loss</c> and of the personal models' loss.</summary>
    internal static bool SmallerIsBetter(string metric) => metric is "loss" or PersonalMetrics.Loss;
}
