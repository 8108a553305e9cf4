namespace FedLearn.Core.Aggregation;

/// <summary>
/// The strategy fedavg (McMahan et al. 2017, algorithm 1): <see cref="WeightedMean"/> of the updates, each weighted by its examples.
/// Bears no hostile client: one of them moves the mean as far as it likes.
/// </summary>
public sealed class FederatedAverage : IAggregationRule
{
    /// <inheritdoc/>
    public CohortBounds Bounds => CohortBounds.Any;

    /// <inheritdoc/>
    public IBlockAggregation Prepare(IRoundUpdates updates)
    {
        var weights = Enumerable.Range(0, updates.Count).Select(k => updates[k].Weight).ToArray();
        return WeightedSum.Of(weights, weights.Sum());
    }
}
