namespace FedLearn.Core.Aggregation.Robust;

/// <summary>
/// Norm clipping (Sun et al. 2019, norm thresholding): the mean weighted by examples of the deltas, each shortened to the norm C where it
/// is longer: sum_k w_k D_k / max(1, |D_k| / C) / sum_k w_k.
/// </summary>
/// <remarks>
/// Rejects nobody, but bounds what a client does: the hostile ones move the aggregate by C times their share of the weight at most, whatever
/// they send. One pass: the norms are taken as the updates come in.
/// </remarks>
/// <param name="clipNorm">C, above 0, in the unit of the norm of a delta.</param>
public sealed class NormClipping(double clipNorm) : IAggregationRule
{
    /// <inheritdoc/>
    public CohortBounds Bounds => CohortBounds.Any;

    /// <inheritdoc/>
    public IBlockAggregation Prepare(IRoundUpdates updates)
    {
        var facts = Enumerable.Range(0, updates.Count).Select(k => updates[k]).ToArray();
        return WeightedSum.Of([.. facts.Select(u => u.Weight / Math.Max(1, u.Norm / clipNorm))], facts.Sum(u => u.Weight));
    }
}
