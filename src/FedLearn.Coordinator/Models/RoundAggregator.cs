using System.Runtime.InteropServices;
using FedLearn.Coordinator.Storage;
using FedLearn.Core.Aggregation;
using FedLearn.Core.Optimizers;
using FedLearn.Core.Proofs;
using FedLearn.Core.Specs;

namespace FedLearn.Coordinator.Models;

/// <summary>An update's vector and its weight.</summary>
internal sealed record WeightedUpdate(VectorReader Vector, double Weight);

/// <summary>
/// Computes a round's new version block of coordinates by block of coordinates, across all updates in canonical client order: the same
/// updates give the same bits, and memory does not depend on their number or on the model's size.
/// </summary>
internal sealed class RoundAggregator(VectorReader baseVector, IReadOnlyList<WeightedUpdate> updates, StrategySpec strategy) : IDisposable
{
    /// <summary>Clients that one pass over the sum takes.</summary>
    private const int Fused = 4;
    private const int BlockElements = BlockDigest.BlockSize / sizeof(float);

    private readonly double[] _sum = new double[BlockElements];
    private readonly float[] _base = new float[BlockElements];
    private readonly float[][] _deltas = [.. Enumerable.Range(0, Fused).Select(_ => new float[BlockElements])];
    private readonly double _totalWeight = updates.Sum(u => u.Weight);

    /// <summary>Writes the new version's vector.</summary>
    public void Write(VectorWriter writer, CancellationToken cancellationToken)
    {
        for (var block = 0; block < baseVector.BlockCount; block++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var length = baseVector.Read(block, _base.AsSpan());
            var values = _base.AsSpan(0, length);
            var mean = _sum.AsSpan(0, length);
            mean.Clear();
            AddUpdates(block, mean);
            WeightedMean.Divide(mean, _totalWeight);
            ServerSgd.Step(values, mean, strategy.ServerLearningRate, values);
            writer.Append(MemoryMarshal.AsBytes(values));
        }
    }

    public void Dispose()
    {
        baseVector.Dispose();
        foreach (var update in updates)
        {
            update.Vector.Dispose();
        }
    }

    private void AddUpdates(int block, Span<double> sum)
    {
        var length = sum.Length;
        Span<double> weights = stackalloc double[Fused];
        var next = 0;
        for (; next + Fused <= updates.Count; next += Fused)
        {
            for (var i = 0; i < Fused; i++)
            {
                updates[next + i].Vector.Read(block, _deltas[i].AsSpan());
                weights[i] = updates[next + i].Weight;
            }

            WeightedMean.Add(sum, _deltas[0].AsSpan(0, length), _deltas[1].AsSpan(0, length), _deltas[2].AsSpan(0, length), _deltas[3].AsSpan(0, length), weights);
        }

        for (; next < updates.Count; next++)
        {
            updates[next].Vector.Read(block, _deltas[0].AsSpan());
            WeightedMean.Add(sum, _deltas[0].AsSpan(0, length), updates[next].Weight);
        }
    }
}
