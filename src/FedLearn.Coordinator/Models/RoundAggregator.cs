using FedLearn.Coordinator.Storage.Vectors;
using FedLearn.Core.Aggregation;

namespace FedLearn.Coordinator.Models;

/// <summary>
/// Computes a round's new version block of coordinates by block of coordinates, across all updates in canonical client order: the same
/// updates give the same bits on any number of threads, and memory is a constant for each of them.
/// </summary>
/// <param name="baseVector">The base version.</param>
/// <param name="updates">The round's updates, in canonical client order.</param>
/// <param name="rule">The aggregation rule; the number of updates is within its bounds.</param>
/// <param name="step">The server's step.</param>
/// <param name="threads">The most threads, at least 1.</param>
internal sealed class RoundAggregator(VectorReader baseVector, IReadOnlyList<StoredUpdate> updates, IAggregationRule rule, ServerStep step, int threads)
{
    /// <summary>Writes the new version's vectors and returns the updates, by number, that have no part in it.</summary>
    public IReadOnlyList<int> Write(VersionWriter writer, CancellationToken cancellationToken)
    {
        var stored = new StoredUpdates(updates, threads, cancellationToken);
        var prepared = rule.Prepare(stored);
        var elements = (int)Math.Min(UpdatePieces.Block, baseVector.ByteLength / sizeof(float));
        BlockWork.Run(
            baseVector.BlockCount,
            threads,
            () => new BlockBuffers(elements, Math.Max(prepared.Places, step.Places), step.StateVectors),
            (block, buffers) => WriteBlock(writer, block, buffers, prepared, stored),
            cancellationToken);
        return prepared.Dropped;
    }

    private void WriteBlock(VersionWriter writer, int block, BlockBuffers buffers, IBlockAggregation prepared, StoredUpdates stored)
    {
        var length = baseVector.Read(block, buffers.Parameters.AsSpan());
        var parameters = buffers.Parameters.AsSpan(0, length);
        var aggregate = buffers.Aggregate.AsSpan(0, length);
        prepared.Aggregate(stored.At(block, buffers.Updates), aggregate);
        var state = buffers.State.AsSpan(0, step.StateVectors * length);
        step.Step(block, parameters, aggregate, state, buffers.Updates);
        writer.Write(block, parameters, state);
    }
}
