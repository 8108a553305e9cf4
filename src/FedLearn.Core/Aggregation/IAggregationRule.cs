namespace FedLearn.Core.Aggregation;

/// <summary>
/// How a round's updates become one: block of coordinates by block of coordinates, over all updates in canonical client order. The same
/// updates give the same bits, whatever the number of threads: a rule holds no state, and a block is one thread's.
/// </summary>
/// <remarks>
/// A rule sees a block of any update as often as it asks, so that one which needs all values of a coordinate at once (a median) can go
/// through the updates in several passes, a part of the block's coordinates in each, within bounded memory.
/// </remarks>
public interface IAggregationRule
{
    /// <summary>The most updates that <see cref="Aggregate"/> looks at side by side.</summary>
    int Places { get; }

    /// <summary>Computes one block of the aggregated delta.</summary>
    /// <param name="updates">The round's updates at this block.</param>
    /// <param name="aggregate">Receives the aggregate; what it holds before is anything.</param>
    void Aggregate(IUpdateBlock updates, Span<double> aggregate);
}

/// <summary>The updates of a round at one block of coordinates, in canonical client order.</summary>
public interface IUpdateBlock
{
    /// <summary>The number of updates, at least 1.</summary>
    int Count { get; }

    /// <summary>The weight of an update, above 0.</summary>
    double WeightOf(int update);

    /// <summary>The number of values of this block.</summary>
    int Length { get; }

    /// <summary>
    /// The next piece of an update's values at this block. It stands until something else is read to the same place. Pieces are read from
    /// the first value to the last; with the last one the block is checked, and a damaged one ends the aggregation before anything that
    /// was computed from it is stored.
    /// </summary>
    /// <param name="update">The update's number in canonical order.</param>
    /// <param name="place">0 to <see cref="IAggregationRule.Places"/> - 1.</param>
    /// <param name="first">The piece's first value: 0, or where the piece before ended. Pieces end at the same values in all updates.</param>
    ReadOnlySpan<float> Read(int update, int place, int first);
}
