using System.Runtime.InteropServices;
using FedLearn.Coordinator.Storage.Vectors;
using FedLearn.Core.Aggregation;
using FedLearn.Core.Optimizers;

namespace FedLearn.Coordinator.Models;

/// <summary>
/// Computes a round's new version block of coordinates by block of coordinates, across all updates in canonical client order: the same
/// updates give the same bits on any number of threads, and memory is a constant for each of them.
/// </summary>
/// <param name="baseVector">The base version.</param>
/// <param name="updates">The round's updates, in canonical client order.</param>
/// <param name="rule">The aggregation rule; the number of updates is within its bounds.</param>
/// <param name="learningRate">The server's learning rate.</param>
/// <param name="threads">The most threads, at least 1.</param>
internal sealed class RoundAggregator(VectorReader baseVector, IReadOnlyList<StoredUpdate> updates, IAggregationRule rule, double learningRate, int threads)
{
    /// <summary>Writes the new version's vector and returns the updates, by number, that have no part in it.</summary>
    public IReadOnlyList<int> Write(BlockVectorWriter writer, CancellationToken cancellationToken)
    {
        var stored = new StoredUpdates(updates, threads, cancellationToken);
        var prepared = rule.Prepare(stored);
        var elements = (int)Math.Min(UpdatePieces.Block, baseVector.ByteLength / sizeof(float));
        BlockWork.Run(
            baseVector.BlockCount,
            threads,
            () => new BlockBuffers(elements, prepared.Places),
            (block, buffers) => WriteBlock(writer, block, buffers, prepared, stored),
            cancellationToken);
        return prepared.Dropped;
    }

    private void WriteBlock(BlockVectorWriter writer, int block, BlockBuffers buffers, IBlockAggregation prepared, StoredUpdates stored)
    {
        var length = baseVector.Read(block, buffers.Parameters.AsSpan());
        var parameters = buffers.Parameters.AsSpan(0, length);
        var aggregate = buffers.Aggregate.AsSpan(0, length);
        prepared.Aggregate(stored.At(block, buffers.Updates), aggregate);
        ServerSgd.Step(parameters, aggregate, learningRate, parameters);
        writer.Write(block, MemoryMarshal.AsBytes(parameters));
    }
}
