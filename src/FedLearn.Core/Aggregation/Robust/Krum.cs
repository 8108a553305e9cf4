namespace FedLearn.Core.Aggregation.Robust;

/// <summary>
/// Krum (Blanchard et al. 2017, section 4): the one update whose n - f - 2 nearest updates are nearest to it, in the sum of their squared
/// distances. Examples do not weigh.
/// </summary>
/// <remarks>
/// Bears f hostile clients of n >= 2f + 3 (proposition 4.2), in the sense that what is selected is near the honest mean where honest updates
/// are near each other; with clients of very different data it selects one client's view. Two passes: the distances of all pairs, then the selected update.
/// </remarks>
/// <param name="hostile">f, at least 0.</param>
public sealed class Krum(int hostile) : IAggregationRule
{
    /// <inheritdoc/>
    public CohortBounds Bounds { get; } = new((2 * hostile) + 3, "2 * byzantine + 3", PairwiseDistances.MostUpdates);

    /// <inheritdoc/>
    public IBlockAggregation Prepare(IRoundUpdates updates)
    {
        var scores = new KrumScores(PairwiseDistances.Of(updates), hostile);
        return WeightedSum.MeanOf(scores.Ranking().Take(1), updates.Count);
    }
}
