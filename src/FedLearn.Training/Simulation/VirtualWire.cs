using System.Numerics.Tensors;
using FedLearn.Core.Aggregation;
using FedLearn.Core.Encodings;

namespace FedLearn.Training.Simulation;

/// <summary>
/// What the wire makes of deltas: each is encoded and decoded by the codec that clients and coordinator use, with the same draws, and what the
/// encoding topk leaves out is kept for the client's next delta once the round is published. Memory: of topk a vector for each client.
/// </summary>
/// <param name="context">The run.</param>
internal sealed class VirtualWire(SimulationContext context)
{
    private readonly IVectorEncoding _encoding = VectorEncodings.Of(context.Spec.Client);
    private readonly Dictionary<string, float[]> _residuals = new(StringComparer.Ordinal);
    private readonly Dictionary<string, float[]> _next = new(StringComparer.Ordinal);

    /// <summary>The bytes of an update.</summary>
    public long BytesOfUpdate => PartShape.Of(context.Spec).Sum(p => p.ByteLength);

    /// <summary>Replaces the deltas by what arrives of them.</summary>
    public void Carry(int round, IReadOnlyCollection<VirtualUpdate> updates)
    {
        _next.Clear();
        if (_encoding.Kind == EncodingKind.F32)
        {
            return;
        }

        Parallel.ForEach(updates, new ParallelOptions { MaxDegreeOfParallelism = context.Threads }, update => Carry(round, update));
    }

    /// <summary>These updates count: what they left out is their clients' from now on.</summary>
    public void Published(IEnumerable<VirtualUpdate> counted)
    {
        foreach (var update in counted)
        {
            if (_next.Remove(update.ClientId, out var residual))
            {
                _residuals[update.ClientId] = residual;
            }
        }
    }

    private void Carry(int round, VirtualUpdate update)
    {
        var (delta, next) = (update.Delta, NextOf(update));
        var (bytes, noise) = (new byte[_encoding.BytesOf(Math.Min(delta.Length, UpdatePieces.Block))], EncodingNoise.For(context.Spec.Seed, round, update.ClientId));
        for (var start = 0; start < delta.Length; start += UpdatePieces.Block)
        {
            var block = delta.AsSpan(start, Math.Min(UpdatePieces.Block, delta.Length - start));
            var left = next is null ? [] : next.AsSpan(start, block.Length);
            if (next is not null)
            {
                TensorPrimitives.Add(block, left, block);
                block.CopyTo(left);
            }

            _encoding.Encode(block, bytes, noise);
            block.Clear();
            _encoding.Decode(bytes.AsSpan(0, _encoding.BytesOf(block.Length)), 0, block);
            if (next is not null)
            {
                TensorPrimitives.Subtract(left, block, left);
            }
        }
    }

    /// <summary>The client's residual, to become the one after this round; null where the encoding leaves nothing out.</summary>
    private float[]? NextOf(VirtualUpdate update)
    {
        if (_encoding.Kind != EncodingKind.TopK)
        {
            return null;
        }

        lock (_next)
        {
            return _next[update.ClientId] = _residuals.TryGetValue(update.ClientId, out var known) ? [.. known] : new float[update.Delta.Length];
        }
    }
}
