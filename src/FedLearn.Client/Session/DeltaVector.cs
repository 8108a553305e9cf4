using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using FedLearn.Core.Proofs;

namespace FedLearn.Client.Session;

/// <summary>
/// An update's only part: trained minus base parameters. It is computed block by block wherever it is wanted, so that a third
/// vector of the model's size never stands in memory.
/// </summary>
internal sealed class DeltaVector(ReadOnlyMemory<float> trained, ReadOnlyMemory<float> basis)
{
    private const int BlockFloats = 1 << 16;

    public long ByteLength => (long)trained.Length * sizeof(float);

    /// <summary>The part's digest, or null where a value of the delta is not finite.</summary>
    public byte[]? Digest()
    {
        using var digest = new BlockDigest();
        var finite = true;
        ForEachBlock(block =>
        {
            finite = finite && TensorPrimitives.IsFiniteAll<float>(block);
            digest.Append(MemoryMarshal.AsBytes(block));
        });
        return finite ? digest.Finish() : null;
    }

    public void WriteTo(Stream stream) => ForEachBlock(block => stream.Write(MemoryMarshal.AsBytes(block)));

    private void ForEachBlock(Action<ReadOnlySpan<float>> use)
    {
        var block = new float[Math.Min(BlockFloats, trained.Length)];
        for (var start = 0; start < trained.Length; start += block.Length)
        {
            var count = Math.Min(block.Length, trained.Length - start);
            var delta = block.AsSpan(0, count);
            TensorPrimitives.Subtract(trained.Span.Slice(start, count), basis.Span.Slice(start, count), delta);
            use(delta);
            if (count < block.Length)
            {
                return;
            }
        }
    }
}
