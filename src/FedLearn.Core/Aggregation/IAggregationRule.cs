namespace FedLearn.Core.Aggregation;

/// <summary>
/// How a round's updates become one delta. A rule holds its settings and no state. It works in two steps, both block of coordinates by
/// block of coordinates, so that memory is bounded whatever the model's size:
/// <list type="number">
/// <item><see cref="Prepare"/> learns what the whole vectors say (distances, norms), in as many passes over the updates as it asks for;</item>
/// <item>what it returns computes each block of the aggregate in one more pass.</item>
/// </list>
/// </summary>
/// <remarks>
/// The same updates in the same order give the same bits, whatever the number of threads: a block is one thread's, and what a pass sums
/// over blocks is added in the order of the blocks. The order is the canonical one, by client id.
/// </remarks>
public interface IAggregationRule
{
    /// <summary>How many updates a round must and may have.</summary>
    CohortBounds Bounds { get; }

    /// <summary>Everything that must be known of a round's updates before a block of their aggregate can be computed.</summary>
    /// <param name="updates">The round's updates; their number is within <see cref="Bounds"/>.</param>
    IBlockAggregation Prepare(IRoundUpdates updates);
}

/// <summary>How many updates a rule needs and bears.</summary>
/// <param name="Least">Fewer are refused; at least 1.</param>
/// <param name="Formula">Where <paramref name="Least"/> comes from, in the words of the spec, such as "2 * byzantine + 3"; empty for 1.</param>
/// <param name="Most">More are refused, because memory or time would grow out of bounds.</param>
public readonly record struct CohortBounds(int Least, string Formula, int Most = int.MaxValue)
{
    /// <summary>At least one update, and as many as come.</summary>
    public static CohortBounds Any { get; } = new(1, "");

    /// <summary>Why a round of this many updates cannot be aggregated, or null where it can.</summary>
    public string? WhyNot(int updates) =>
        updates < Least ? $"needs at least {Least:N0} updates{(Formula.Length > 0 ? $" ({Formula})" : "")}, got {updates:N0}"
        : updates > Most ? $"takes at most {Most:N0} updates, got {updates:N0}"
        : null;
}

/// <summary>A rule at work on one round: the second step. Safe for several threads at once, each with a block of its own.</summary>
public interface IBlockAggregation
{
    /// <summary>The most updates that <see cref="Aggregate"/> looks at side by side.</summary>
    int Places { get; }

    /// <summary>The updates, by number in canonical order, that have no part in the aggregate.</summary>
    IReadOnlyList<int> Dropped { get; }

    /// <summary>Computes one block of the aggregated delta.</summary>
    /// <param name="updates">The round's updates at this block.</param>
    /// <param name="aggregate">Receives the aggregate; what it holds before is anything.</param>
    void Aggregate(IUpdateBlock updates, Span<double> aggregate);
}
