namespace FedLearn.Core.Aggregation;

/// <summary>The strategy fedavg: <see cref="WeightedMean"/> of the updates, four clients fused in one pass over the sum.</summary>
public sealed class FederatedAverage : IAggregationRule
{
    private const int Fused = 4;

    /// <inheritdoc/>
    public int BufferCount => Fused;

    /// <inheritdoc/>
    public void Aggregate(IUpdateBlock updates, IReadOnlyList<float[]> buffers, Span<double> aggregate)
    {
        var length = aggregate.Length;
        Span<double> weights = stackalloc double[Fused];
        var (next, total) = (0, 0.0);
        aggregate.Clear();
        for (; next + Fused <= updates.Count; next += Fused)
        {
            for (var i = 0; i < Fused; i++)
            {
                updates.Read(next + i, buffers[i].AsSpan(0, length));
                total += weights[i] = updates.WeightOf(next + i);
            }

            WeightedMean.Add(
                aggregate,
                buffers[0].AsSpan(0, length),
                buffers[1].AsSpan(0, length),
                buffers[2].AsSpan(0, length),
                buffers[3].AsSpan(0, length),
                weights);
        }

        for (; next < updates.Count; next++)
        {
            updates.Read(next, buffers[0].AsSpan(0, length));
            var weight = updates.WeightOf(next);
            total += weight;
            WeightedMean.Add(aggregate, buffers[0].AsSpan(0, length), weight);
        }

        WeightedMean.Divide(aggregate, total);
    }
}
