namespace FedLearn.Core.Aggregation;

/// <summary>
/// The strategy fednova (Wang et al. 2020, FedNova): tau_eff * sum_k p_k * delta_k / tau_k, with p_k = n_k / sum n, tau_k the client's
/// <see cref="LocalWork"/> and tau_eff = sum_k p_k * tau_k. A client that does more steps counts no more for it, so that the global
/// objective stays the mean weighted by examples; with equal work this is fedavg.
/// </summary>
/// <remarks>Bears no hostile client: also the steps are what a client says.</remarks>
public sealed class NormalisedAverage : IAggregationRule
{
    /// <inheritdoc/>
    public CohortBounds Bounds => CohortBounds.Any;

    /// <inheritdoc/>
    public IBlockAggregation Prepare(IRoundUpdates updates)
    {
        var facts = Enumerable.Range(0, updates.Count).Select(k => updates[k]).ToArray();
        var examples = facts.Sum(f => f.Weight);
        var effective = facts.Sum(f => f.Weight * f.LocalWork) / examples;
        return WeightedSum.Of([.. facts.Select(f => f.Weight * (effective / f.LocalWork))], examples);
    }
}
