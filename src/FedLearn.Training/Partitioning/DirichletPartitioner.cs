using MathNet.Numerics.Distributions;

namespace FedLearn.Training.Partitioning;

/// <summary>
/// Dirichlet label skew: of each label, the parts get shares drawn from a symmetric Dirichlet(alpha), as in Yurochkin et al. 2019 and Li
/// et al. 2022 ("Federated Learning on Non-IID Data Silos"). A part left empty takes one example from the largest.
/// </summary>
/// <param name="alpha">Above 0: 0.1 gives parts of few labels, 100 nearly even ones.</param>
public sealed class DirichletPartitioner(double alpha) : IPartitioner
{
    /// <inheritdoc/>
    public IReadOnlyList<int[]> Split(ReadOnlySpan<int> labels, int parts, long seed)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(alpha);
        var order = Cut.Shuffled(labels.Length, parts, "partition/dirichlet", seed);
        var byPlace = labels.ToArray();
        var random = new SeededRandomSource("partition/dirichlet/shares", seed);
        var result = Cut.Empty(parts);
        foreach (var label in order.GroupBy(i => byPlace[i]).OrderBy(g => g.Key))
        {
            Cut.ByShares([.. label], Dirichlet.Sample(random, [.. Enumerable.Repeat(alpha, parts)]), result);
        }

        return Cut.Finish(result);
    }
}
