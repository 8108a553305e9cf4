using System.Collections.Immutable;
using FedLearn.Core.Specs;

namespace FedLearn.Core.Rounds;

/// <summary>The version with the best federated evaluation so far, by the metric of <see cref="MetricOf"/>; of equal ones the first.</summary>
/// <param name="Version">The version.</param>
/// <param name="Value">The metric's value.</param>
public sealed record BestModel(int Version, double Value)
{
    /// <summary>What versions are compared by: the metric of the run's target, or <c>loss</c> where it has none.</summary>
    public static string MetricOf(StopSpec stop) => stop.Target?.Metric ?? "loss";

    /// <summary>The best after one more evaluation; as before where the metric is not in it.</summary>
    public static BestModel? After(StopSpec stop, BestModel? best, int version, ImmutableSortedDictionary<string, double> metrics)
    {
        var metric = MetricOf(stop);
        return metrics.TryGetValue(metric, out var value) && (best is null || IsBetter(metric, value, best.Value)) ? new(version, value) : best;
    }

    private static bool IsBetter(string metric, double value, double than) => StopRule.SmallerIsBetter(metric) ? value < than : value > than;
}
