using System.Buffers;
using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using FedLearn.Core.Aggregation;
using FedLearn.Core.Encodings;
using FedLearn.Core.Models;
using FedLearn.Core.Proofs;

namespace FedLearn.Client.Session;

/// <summary>
/// An update's delta: trained minus base parameters. It is computed and encoded block by block while it is written, so that a third vector
/// of the model's size never stands in memory.
/// </summary>
/// <param name="trained">The trained parameters.</param>
/// <param name="basis">The base version's.</param>
/// <param name="encoding">How the delta becomes bytes.</param>
internal sealed class DeltaVector(ReadOnlyMemory<float> trained, ReadOnlyMemory<float> basis, IVectorEncoding encoding)
{
    // 256 KiB: what is computed, hashed and sealed one after the other stays in the processor's cache.
    private const int CachedBlock = 1 << 16;

    private bool IsPlain => encoding.Kind == EncodingKind.F32;

    public long ByteLength => encoding.ByteLengthOf(trained.Length);

    /// <summary>Writes the part's bytes.</summary>
    /// <param name="stream">Receives them.</param>
    /// <param name="noise">What random rounding is drawn from.</param>
    /// <param name="feedback">Adds what earlier deltas left out and keeps what this one does; null = nothing.</param>
    /// <returns>The part's digest, or null where a value of the delta is not finite; then not all of it was written.</returns>
    public byte[]? WriteTo(Stream stream, SeededRandom noise, ErrorFeedback? feedback = null)
    {
        using var digest = new BlockDigest();
        using var block = new BlockScratch(Math.Min(IsPlain ? CachedBlock : UpdatePieces.Block, trained.Length), encoding);
        for (var start = 0; start < trained.Length;)
        {
            var delta = block.Delta[..Math.Min(block.Delta.Length, trained.Length - start)];
            TensorPrimitives.Subtract(trained.Span.Slice(start, delta.Length), basis.Span.Slice(start, delta.Length), delta);
            feedback?.Add(delta, block.Sent[..delta.Length]);
            if (!TensorPrimitives.IsFiniteAll<float>(delta))
            {
                return null;
            }

            var bytes = Encode(delta, block, noise, feedback);
            digest.Append(bytes);
            stream.Write(bytes);
            start += delta.Length;
        }

        return digest.Finish();
    }

    private ReadOnlySpan<byte> Encode(Span<float> delta, BlockScratch block, SeededRandom noise, ErrorFeedback? feedback)
    {
        if (IsPlain)
        {
            return MemoryMarshal.AsBytes(delta);
        }

        var bytes = block.Bytes[..encoding.BytesOf(delta.Length)];
        encoding.Encode(delta, bytes, noise);
        if (feedback is not null)
        {
            var sent = block.Sent[..delta.Length];
            sent.Clear();
            encoding.Decode(bytes, 0, sent);
            feedback.Keep(delta, sent);
        }

        return bytes;
    }

    /// <summary>What one block is worked on in. The pool must not hold what the store keeps sealed.</summary>
    private sealed class BlockScratch(int length, IVectorEncoding encoding) : IDisposable
    {
        private readonly float[] _delta = ArrayPool<float>.Shared.Rent(length);
        private readonly float[] _sent = ArrayPool<float>.Shared.Rent(encoding.Kind == EncodingKind.F32 ? 0 : length);
        private readonly byte[] _bytes = ArrayPool<byte>.Shared.Rent(encoding.Kind == EncodingKind.F32 ? 0 : encoding.BytesOf(length));

        public Span<float> Delta => _delta.AsSpan(0, length);

        public Span<float> Sent => _sent;

        public Span<byte> Bytes => _bytes;

        public void Dispose()
        {
            _delta.AsSpan().Clear();
            _sent.AsSpan().Clear();
            _bytes.AsSpan().Clear();
            ArrayPool<float>.Shared.Return(_delta);
            ArrayPool<float>.Shared.Return(_sent);
            ArrayPool<byte>.Shared.Return(_bytes);
        }
    }
}
