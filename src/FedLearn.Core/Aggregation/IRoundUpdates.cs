namespace FedLearn.Core.Aggregation;

/// <summary>The part of one block of coordinates in the sums of a pass.</summary>
/// <param name="updates">The round's updates at this block.</param>
/// <param name="sums">Zeros; receives what this block adds to each of the pass's sums.</param>
public delegate void BlockMeasure(IUpdateBlock updates, Span<double> sums);

/// <summary>A round's updates as a rule sees them, in canonical client order: on disk in the coordinator, in memory in a simulator.</summary>
public interface IRoundUpdates
{
    /// <summary>The number of updates, at least 1.</summary>
    int Count { get; }

    /// <summary>What is known of an update.</summary>
    UpdateFacts this[int update] { get; }

    /// <summary>One pass over all updates: the blocks' parts, added in the order of the blocks.</summary>
    /// <param name="length">The number of sums. A few times as many float64 values are held in memory.</param>
    /// <param name="places">The most updates that the measure looks at side by side.</param>
    /// <param name="measure">Called once for each block, by several threads at once.</param>
    double[] Sum(int length, int places, BlockMeasure measure);
}

/// <summary>The updates of a round at one block of coordinates, in canonical client order.</summary>
public interface IUpdateBlock
{
    /// <summary>The number of updates, at least 1.</summary>
    int Count { get; }

    /// <summary>The number of values of this block.</summary>
    int Length { get; }

    /// <summary>
    /// The next piece of an update's values at this block. It stands until something else is read to the same place. Pieces are read from
    /// the first value to the last; with the last one the block is checked, and a damaged one ends the aggregation before anything that
    /// was computed from it is stored.
    /// </summary>
    /// <param name="update">The update's number in canonical order.</param>
    /// <param name="place">0 to the number of places asked for - 1.</param>
    /// <param name="first">
    /// The piece's first value: 0, or where the piece before ended. Pieces end at the same values in all updates, at a multiple of
    /// <see cref="UpdatePieces.Stripe"/> or the block's end.
    /// </param>
    ReadOnlySpan<float> Read(int update, int place, int first);
}
