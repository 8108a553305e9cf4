namespace FedLearn.Core.Aggregation;

/// <summary>The strategy fedavg: <see cref="WeightedMean"/> of the updates, four clients fused in one pass over the sum.</summary>
public sealed class FederatedAverage : IAggregationRule
{
    private const int Fused = 4;

    /// <inheritdoc/>
    public int Places => Fused;

    /// <inheritdoc/>
    public void Aggregate(IUpdateBlock updates, Span<double> aggregate)
    {
        var (next, total) = (0, 0.0);
        aggregate.Clear();
        for (; next + Fused <= updates.Count; next += Fused)
        {
            total = AddFour(updates, next, aggregate, total);
        }

        for (; next < updates.Count; next++)
        {
            var weight = updates.WeightOf(next);
            total += weight;
            for (var at = 0; at < updates.Length;)
            {
                var piece = updates.Read(next, 0, at);
                WeightedMean.Add(aggregate.Slice(at, piece.Length), piece, weight);
                at += piece.Length;
            }
        }

        WeightedMean.Divide(aggregate, total);
    }

    private static double AddFour(IUpdateBlock updates, int first, Span<double> aggregate, double total)
    {
        Span<double> weights = stackalloc double[Fused];
        for (var i = 0; i < Fused; i++)
        {
            total += weights[i] = updates.WeightOf(first + i);
        }

        for (var at = 0; at < updates.Length;)
        {
            var a = updates.Read(first, 0, at);
            var b = updates.Read(first + 1, 1, at);
            var c = updates.Read(first + 2, 2, at);
            var d = updates.Read(first + 3, 3, at);
            WeightedMean.Add(aggregate.Slice(at, a.Length), a, b, c, d, weights);
            at += a.Length;
        }

        return total;
    }
}
