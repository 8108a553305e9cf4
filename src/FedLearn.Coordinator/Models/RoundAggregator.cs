using System.Runtime.InteropServices;
using FedLearn.Coordinator.Storage.Vectors;
using FedLearn.Core.Aggregation;
using FedLearn.Core.Optimizers;
using FedLearn.Core.Proofs;

namespace FedLearn.Coordinator.Models;

/// <summary>An update's vector and its weight.</summary>
internal readonly record struct WeightedUpdate(VectorReader Vector, double Weight);

/// <summary>
/// Computes a round's new version block of coordinates by block of coordinates, across all updates in canonical client order: the same
/// updates give the same bits on any number of threads, and memory is a constant for each of them.
/// </summary>
/// <param name="baseVector">The base version.</param>
/// <param name="updates">The round's updates, in canonical client order.</param>
/// <param name="rule">The aggregation rule.</param>
/// <param name="learningRate">The server's learning rate.</param>
/// <param name="threads">The most threads, at least 1.</param>
internal sealed class RoundAggregator(VectorReader baseVector, IReadOnlyList<WeightedUpdate> updates, IAggregationRule rule, double learningRate, int threads)
{
    /// <summary>Writes the new version's vector.</summary>
    public void Write(BlockVectorWriter writer, CancellationToken cancellationToken)
    {
        var elements = (int)Math.Min(BlockDigest.BlockSize, baseVector.ByteLength) / sizeof(float);
        BlockWork.Run(
            baseVector.BlockCount,
            threads,
            () => new BlockBuffers(elements, rule.Places),
            (block, buffers) => WriteBlock(writer, block, buffers),
            cancellationToken);
    }

    private void WriteBlock(BlockVectorWriter writer, int block, BlockBuffers buffers)
    {
        var length = baseVector.Read(block, buffers.Parameters.AsSpan());
        var parameters = buffers.Parameters.AsSpan(0, length);
        var aggregate = buffers.Aggregate.AsSpan(0, length);
        rule.Aggregate(new UpdateBlock(updates, block, length, buffers.Updates), aggregate);
        ServerSgd.Step(parameters, aggregate, learningRate, parameters);
        writer.Write(block, MemoryMarshal.AsBytes(parameters));
    }

    private sealed class UpdateBlock(IReadOnlyList<WeightedUpdate> updates, int block, int length, PieceReader[] places) : IUpdateBlock
    {
        public int Count => updates.Count;

        public double WeightOf(int update) => updates[update].Weight;

        public int Length => length;

        public ReadOnlySpan<float> Read(int update, int place, int first) => places[place].Read(updates[update].Vector, block, first);
    }
}
