using FedLearn.Core.Aggregation;

namespace FedLearn.Coordinator.Models;

/// <summary>An update's vector and what is known of it.</summary>
internal readonly record struct StoredUpdate(EncodedVector Vector, UpdateFacts Facts);

/// <summary>A round's updates on disk, as aggregation rules go through them: on several threads, each with bounded buffers.</summary>
/// <param name="updates">The updates, in canonical client order.</param>
/// <param name="threads">The most threads, at least 1.</param>
/// <param name="cancellationToken">Ends a pass between blocks.</param>
internal sealed class StoredUpdates(IReadOnlyList<StoredUpdate> updates, int threads, CancellationToken cancellationToken) : IRoundUpdates
{
    public int Count => updates.Count;

    public UpdateFacts this[int update] => updates[update].Facts;

    public double[] Sum(int length, int places, BlockMeasure measure)
    {
        var sums = new OrderedSum(length);
        BlockWork.Run(
            updates[0].Vector.BlockCount,
            threads,
            () => new PassBuffers(length, places),
            (block, buffers) =>
            {
                try
                {
                    buffers.Part.AsSpan().Clear();
                    measure(At(block, buffers.Updates), buffers.Part);
                }
                catch
                {
                    sums.Abandon();
                    throw;
                }

                sums.Add(block, buffers.Part);
            },
            cancellationToken);
        return sums.Sums;
    }

    /// <summary>The updates at one block, read with one thread's readers.</summary>
    public IUpdateBlock At(int block, UpdateReaders readers) => new Block(updates, block, updates[0].Vector.LengthOf(block), readers);

    private sealed class PassBuffers(int length, int places) : IDisposable
    {
        public double[] Part { get; } = new double[length];

        public UpdateReaders Updates { get; } = new(places);

        public void Dispose() => Updates.Dispose();
    }

    private sealed class Block(IReadOnlyList<StoredUpdate> updates, int block, int length, UpdateReaders readers) : IUpdateBlock
    {
        public int Count => updates.Count;

        public int Length => length;

        public ReadOnlySpan<float> Read(int update, int place, int first) => readers[place].Read(updates[update].Vector, block, first);
    }
}
