namespace FedLearn.Core.Aggregation;

/// <summary>
/// A round's updates in memory, and the rules run over them on one thread: what a simulator needs, with the bits that the coordinator
/// gives for the same updates on disk.
/// </summary>
public sealed class MemoryUpdates : IRoundUpdates
{
    private readonly IReadOnlyList<ReadOnlyMemory<float>> _deltas;
    private readonly UpdateFacts[] _facts;
    private readonly int _length;

    /// <summary>Takes the updates of a round, at least one, in canonical client order.</summary>
    /// <param name="deltas">The deltas, all of one length.</param>
    /// <param name="weights">Their weights, above 0.</param>
    public MemoryUpdates(IReadOnlyList<ReadOnlyMemory<float>> deltas, IReadOnlyList<double> weights)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(weights.Count, deltas.Count);
        (_deltas, _length) = (deltas, deltas[0].Length);
        _facts = [.. deltas.Select((d, k) => new UpdateFacts(weights[k], Math.Sqrt(SquareSum.Of(d.Span))))];
        ArgumentOutOfRangeException.ThrowIfNotEqual(deltas.All(d => d.Length == _length), true);
    }

    /// <summary>Takes the updates of a round with all that is known of them.</summary>
    /// <param name="deltas">The deltas, all of one length, at least one, in canonical client order.</param>
    /// <param name="facts">What is known of each; its norm is taken here.</param>
    public MemoryUpdates(IReadOnlyList<ReadOnlyMemory<float>> deltas, IReadOnlyList<UpdateFacts> facts)
        : this(deltas, [.. facts.Select(f => f.Weight)]) => _facts = [.. facts.Zip(_facts, (f, own) => f with { Norm = own.Norm })];

    /// <inheritdoc/>
    public int Count => _deltas.Count;

    /// <inheritdoc/>
    public UpdateFacts this[int update] => _facts[update];

    /// <inheritdoc/>
    public double[] Sum(int length, int places, BlockMeasure measure)
    {
        var (sums, part) = (new OrderedSum(length), new double[length]);
        for (var block = 0; (long)block * UpdatePieces.Block < _length; block++)
        {
            Array.Clear(part);
            measure(BlockOf(block, places), part);
            sums.Add(block, part);
        }

        return sums.Sums;
    }

    /// <summary>The aggregate of a rule.</summary>
    /// <param name="rule">The rule; the number of updates is within its bounds.</param>
    /// <param name="aggregate">Receives the aggregate, as long as a delta.</param>
    /// <returns>The updates that have no part in it.</returns>
    public IReadOnlyList<int> Aggregate(IAggregationRule rule, Span<double> aggregate)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(aggregate.Length, _length);
        var prepared = rule.Prepare(this);
        for (var block = 0; (long)block * UpdatePieces.Block < _length; block++)
        {
            var updates = BlockOf(block, prepared.Places);
            prepared.Aggregate(updates, aggregate.Slice(block * UpdatePieces.Block, updates.Length));
        }

        return prepared.Dropped;
    }

    private MemoryBlock BlockOf(int block, int places)
    {
        var first = block * UpdatePieces.Block;
        return new MemoryBlock(_deltas, first, Math.Min(UpdatePieces.Block, _length - first), UpdatePieces.LengthFor(places));
    }

    private sealed class MemoryBlock(IReadOnlyList<ReadOnlyMemory<float>> deltas, int start, int length, int piece) : IUpdateBlock
    {
        public int Count => deltas.Count;

        public int Length => length;

        public ReadOnlySpan<float> Read(int update, int place, int first) =>
            deltas[update].Span.Slice(start + first, Math.Min(piece, length - first));
    }
}
