namespace FedLearn.Core.Aggregation.Robust;

/// <summary>
/// Multi-Krum (Blanchard et al. 2017): the unweighted mean of the m updates of the lowest scores of <see cref="Krum"/>. Examples
/// do not weigh.
/// </summary>
/// <remarks>
/// Bears f hostile clients of n >= 2f + 3, with m of at most n - f - 2: of so many, as for each update's neighbours, none need be hostile.
/// Two passes: the distances of all pairs, then the mean.
/// </remarks>
/// <param name="hostile">f, at least 0.</param>
/// <param name="keep">m, at least 1; 0 = n - f - 2.</param>
public sealed class MultiKrum(int hostile, int keep) : IAggregationRule
{
    /// <inheritdoc/>
    public CohortBounds Bounds { get; } = keep > hostile + 1
        ? new(hostile + 2 + keep, "byzantine + 2 + keep", PairwiseDistances.MostUpdates)
        : new Krum(hostile).Bounds;

    /// <inheritdoc/>
    public IBlockAggregation Prepare(IRoundUpdates updates)
    {
        var scores = new KrumScores(PairwiseDistances.Of(updates), hostile);
        return WeightedSum.MeanOf(scores.Ranking().Take(keep > 0 ? keep : updates.Count - hostile - 2), updates.Count);
    }
}
