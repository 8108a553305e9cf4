namespace FedLearn.Core.Aggregation.Robust;

/// <summary>
/// RFA (Pillutla et al. 2022): the geometric median argmin_v sum_k w_k |v - D_k| of the deltas by the smoothed Weiszfeld
/// algorithm, beta_k = w_k / max(nu, |v - D_k|), v = sum_k beta_k D_k / sum_k beta_k. Examples weigh.
/// </summary>
/// <remarks>
/// Bears hostile clients of less than half of the weight, that is f of n >= 2f + 1 where all have as many examples. It starts
/// at v = 0, the base version: hostile updates cannot move the start, and the first distances are the norms, which need no pass. So T
/// iterations take T passes.
/// </remarks>
/// <param name="hostile">f, at least 0.</param>
/// <param name="iterations">T, at least 1.</param>
/// <param name="smoothing">nu, above 0, in the unit of the norm of a delta.</param>
public sealed class GeometricMedian(int hostile, int iterations, double smoothing) : IAggregationRule
{
    /// <inheritdoc/>
    public CohortBounds Bounds { get; } = new((2 * hostile) + 1, "2 * byzantine + 1", UpdatePieces.MostPlaces);

    /// <inheritdoc/>
    public IBlockAggregation Prepare(IRoundUpdates updates)
    {
        var all = Enumerable.Range(0, updates.Count).ToArray();
        var betas = BetasOf(updates, [.. all.Select(k => updates[k].Norm)]);
        for (var done = 1; done < iterations; done++)
        {
            var squares = updates.Sum(all.Length, all.Length, (block, sums) => StripeComparison.Add(block, betas, Distance.Squared, sums));
            betas = BetasOf(updates, [.. squares.Select(Math.Sqrt)]);
        }

        return WeightedSum.Of(betas, 1);
    }

    /// <summary>The factors of the updates by their distances from v; their sum is 1.</summary>
    private double[] BetasOf(IRoundUpdates updates, double[] distances)
    {
        var betas = distances.Select((distance, k) => updates[k].Weight / Math.Max(smoothing, distance)).ToArray();
        var total = betas.Sum();
        return [.. betas.Select(beta => beta / total)];
    }
}
