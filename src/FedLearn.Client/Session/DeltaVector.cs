using System.Buffers;
using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using FedLearn.Core.Proofs;

namespace FedLearn.Client.Session;

/// <summary>
/// An update's only part: trained minus base parameters. It is computed block by block while it is written, so that a third vector of the
/// model's size never stands in memory.
/// </summary>
internal sealed class DeltaVector(ReadOnlyMemory<float> trained, ReadOnlyMemory<float> basis)
{
    // 256 KiB: what is computed, hashed and sealed one after the other stays in the processor's cache.
    private const int BlockFloats = 1 << 16;

    public long ByteLength => (long)trained.Length * sizeof(float);

    /// <summary>Writes the part's bytes.</summary>
    /// <returns>The part's digest, or null where a value of the delta is not finite; then not all of it was written.</returns>
    public byte[]? WriteTo(Stream stream)
    {
        using var digest = new BlockDigest();
        var block = ArrayPool<float>.Shared.Rent(Math.Min(BlockFloats, trained.Length));
        try
        {
            for (var start = 0; start < trained.Length;)
            {
                var delta = block.AsSpan(0, Math.Min(Math.Min(block.Length, BlockFloats), trained.Length - start));
                TensorPrimitives.Subtract(trained.Span.Slice(start, delta.Length), basis.Span.Slice(start, delta.Length), delta);
                if (!TensorPrimitives.IsFiniteAll<float>(delta))
                {
                    return null;
                }

                digest.Append(MemoryMarshal.AsBytes(delta));
                stream.Write(MemoryMarshal.AsBytes(delta));
                start += delta.Length;
            }

            return digest.Finish();
        }
        finally
        {
            // The pool must not hold what the store keeps sealed.
            block.AsSpan().Clear();
            ArrayPool<float>.Shared.Return(block);
        }
    }
}
