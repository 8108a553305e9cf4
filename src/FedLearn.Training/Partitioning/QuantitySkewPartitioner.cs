using MathNet.Numerics.Distributions;

namespace FedLearn.Training.Partitioning;

/// <summary>
/// Quantity skew: shuffled, then cut into parts whose sizes are in proportion to log-normal draws with mu 0. A part left empty takes
/// one example from the largest.
/// </summary>
/// <param name="sigma">The standard deviation of the logarithm of a part's size, at least 0; 0 = even, 1 = factors of e are common. Default 1.</param>
public sealed class QuantitySkewPartitioner(double sigma = 1) : IPartitioner
{
    /// <inheritdoc/>
    public IReadOnlyList<int[]> Split(ReadOnlySpan<int> labels, int parts, long seed)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(sigma);
        var order = Cut.Shuffled(labels.Length, parts, "partition/quantity", seed);
        var random = new SeededRandomSource("partition/quantity/sizes", seed);
        var weights = new double[parts];
        foreach (ref var weight in weights.AsSpan())
        {
            weight = LogNormal.Sample(random, 0, sigma);
        }

        var total = weights.Sum();
        var result = Cut.Empty(parts);
        Cut.ByShares(order, Array.ConvertAll(weights, w => w / total), result);
        return Cut.Finish(result);
    }
}
