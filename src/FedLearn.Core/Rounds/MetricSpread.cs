using System.Collections.Immutable;

namespace FedLearn.Core.Rounds;

/// <summary>How a metric lies over the clients that report it, each counting once: a good mean may hide a client that the model does not serve.</summary>
/// <param name="Worst">The worst client's value: of <c>loss</c> and <c>personal.loss</c> the largest, of any other metric the smallest.</param>
/// <param name="Median">The median; of an even number of clients the mean of the middle two.</param>
/// <param name="Best">The best client's value.</param>
public sealed record MetricSpread(double Worst, double Median, double Best)
{
    /// <summary>The spread of each metric but the cells of confusion matrices, of which none is better than another.</summary>
    public static ImmutableSortedDictionary<string, MetricSpread> Of(IEnumerable<EvaluationResultOf> reports) => reports
        .SelectMany(r => r.Metrics)
        .Where(m => !m.Key.StartsWith("confusion.", StringComparison.Ordinal))
        .GroupBy(m => m.Key, m => m.Value)
        .ToImmutableSortedDictionary(g => g.Key, g => Of(g.Key, [.. g.Order()]), StringComparer.Ordinal);

    private static MetricSpread Of(string metric, double[] values)
    {
        // Halves first: the sum of two finite values may not be finite.
        var median = (values[(values.Length - 1) / 2] / 2) + (values[values.Length / 2] / 2);
        return StopRule.SmallerIsBetter(metric) ? new(values[^1], median, values[0]) : new(values[0], median, values[^1]);
    }
}
