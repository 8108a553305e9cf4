using System.Numerics.Tensors;

namespace FedLearn.Core.Aggregation;

/// <summary>
/// Adds the parts of blocks that several threads compute, in the order of the blocks: the same bits whatever the threads. A thread that
/// is early waits, so that memory is one part a thread, whatever the number of blocks. The threads must take the blocks in rising order:
/// then the block that is waited for is always at work.
/// </summary>
/// <param name="length">The number of sums.</param>
public sealed class OrderedSum(int length)
{
    private readonly object _turn = new();
    private int _next;
    private bool _abandoned;

    /// <summary>The sums, complete once every block has been added.</summary>
    public double[] Sums { get; } = new double[length];

    /// <summary>Adds a block's part once all blocks before it are in; after <see cref="Abandon"/> it returns at once.</summary>
    public void Add(int block, ReadOnlySpan<double> part)
    {
        lock (_turn)
        {
            while (block != _next && !_abandoned)
            {
                Monitor.Wait(_turn);
            }

            if (!_abandoned)
            {
                TensorPrimitives.Add(Sums, part, Sums);
                _next++;
                Monitor.PulseAll(_turn);
            }
        }
    }

    /// <summary>A block's part will never come: nobody waits for it any more, and the sums are worth nothing.</summary>
    public void Abandon()
    {
        lock (_turn)
        {
            _abandoned = true;
            Monitor.PulseAll(_turn);
        }
    }
}
