namespace FedLearn.Core.Aggregation;

/// <summary>
/// The strategy qfedavg (Li et al. 2020, ICLR, q-FedAvg, algorithm 2), in deltas instead of gradients: with F_k the client's loss of the
/// base model and L = 1 / eta, sum_k F_k^q * delta_k / sum_k (q * F_k^(q-1) * L * ||delta_k||^2 + F_k^q). The larger q, the more the
/// clients that the model serves badly count; q = 0 is the mean of the deltas, each client alike, as the paper samples clients by their size.
/// </summary>
/// <remarks>Bears no hostile client: also the loss is what a client says.</remarks>
/// <param name="q">At least 0.</param>
public sealed class FairAverage(double q) : IAggregationRule
{
    /// <summary>No loss counts as less, where the algorithm would divide by it.</summary>
    private const double LeastLoss = 1e-10;

    /// <inheritdoc/>
    public CohortBounds Bounds => CohortBounds.Any;

    /// <inheritdoc/>
    public IBlockAggregation Prepare(IRoundUpdates updates)
    {
        var facts = Enumerable.Range(0, updates.Count).Select(k => updates[k]).ToArray();
        var most = facts.Max(Loss);

        // Every F^q over the largest one, which changes nothing and cannot overflow.
        var factors = facts.Select(f => Math.Pow(Loss(f) / most, q)).ToArray();
        return WeightedSum.Of(factors, facts.Zip(factors, (f, factor) => factor * (1 + Curvature(f))).Sum());
    }

    /// <summary>q * L * ||delta||^2 / F: the first summand of h over the second.</summary>
    private double Curvature(UpdateFacts f) => q == 0 || f.Norm == 0 ? 0 : q * f.Norm * f.Norm / (f.LearningRate * Loss(f));

    private static double Loss(UpdateFacts f) => Math.Max(f.BaseLoss, LeastLoss);
}
