using System.Buffers;
using FedLearn.Core.Proofs;

namespace FedLearn.Coordinator.Models;

/// <summary>
/// The buffers of aggregations, kept from round to round. The shared pool keeps most of what is returned for the returning thread alone,
/// and an aggregation's threads end with it: every round would allocate its buffers anew, on the large-object heap.
/// </summary>
internal static class BlockPools
{
    private const int BlockElements = BlockDigest.BlockSize / sizeof(float);

    /// <summary>Arrays of a size that are kept at most. What is kept was in use at once before: 3 to 5 MB for each thread of an aggregation.</summary>
    private const int Kept = 16;

    /// <summary>The longest arrays hold a block of each of a server optimizer's vectors.</summary>
    public static ArrayPool<float> Singles { get; } = ArrayPool<float>.Create(4 * BlockElements, Kept);

    public static ArrayPool<double> Doubles { get; } = ArrayPool<double>.Create(BlockElements, Kept);
}
