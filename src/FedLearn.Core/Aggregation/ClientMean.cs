namespace FedLearn.Core.Aggregation;

/// <summary>
/// The two means of the strategy scaffold (Karimireddy et al. 2020, algorithm 1, lines 16 and 17), each client alike:
/// sum_k D_k / max(N, n) over the n updates of a round. Of deltas N is 0: their mean. Of control deltas N is the number of all clients:
/// n / N times their mean, so that the server's control stays the mean of all clients' controls, of which those that were not selected
/// did not change.
/// </summary>
/// <remarks>Bears no hostile client.</remarks>
/// <param name="clients">N, at least 0. A round of more updates counts as all clients.</param>
public sealed class ClientMean(int clients) : IAggregationRule
{
    /// <inheritdoc/>
    public CohortBounds Bounds => CohortBounds.Any;

    /// <inheritdoc/>
    public IBlockAggregation Prepare(IRoundUpdates updates)
    {
        var factors = new double[updates.Count];
        Array.Fill(factors, 1);
        return WeightedSum.Of(factors, Math.Max(clients, updates.Count));
    }
}
