namespace FedLearn.Core.Aggregation;

/// <summary>
/// How a round's updates become one: block of coordinates by block of coordinates, over all updates in canonical client order. The same
/// updates give the same bits, whatever the number of threads: a rule holds no state, and a block is one thread's.
/// </summary>
/// <remarks>
/// A rule sees a block of any update as often as it asks, so that one which needs all values of a coordinate at once (a median) can go
/// through the updates in several passes, a part of the block's coordinates in each, within its bounded buffers.
/// </remarks>
public interface IAggregationRule
{
    /// <summary>The float32 buffers, each of a block's length, that <see cref="Aggregate"/> works in.</summary>
    int BufferCount { get; }

    /// <summary>Computes one block of the aggregated delta.</summary>
    /// <param name="updates">The round's updates at this block.</param>
    /// <param name="buffers"><see cref="BufferCount"/> buffers, each at least as long as <paramref name="aggregate"/>; their contents are anything.</param>
    /// <param name="aggregate">Receives the aggregate; what it holds before is anything.</param>
    void Aggregate(IUpdateBlock updates, IReadOnlyList<float[]> buffers, Span<double> aggregate);
}

/// <summary>The updates of a round at one block of coordinates, in canonical client order.</summary>
public interface IUpdateBlock
{
    /// <summary>The number of updates, at least 1.</summary>
    int Count { get; }

    /// <summary>The weight of an update, above 0.</summary>
    double WeightOf(int update);

    /// <summary>Reads an update's values at this block, checked, into a span of the block's length.</summary>
    void Read(int update, Span<float> values);
}
