using FedLearn.Core.Aggregation;
using FedLearn.Core.Encodings;
using FedLearn.Core.Models;

namespace FedLearn.Core.Tests.Encodings;

/// <summary>Whole vectors through the encodings, block by block, as client and coordinator do it.</summary>
internal static class Codecs
{
    public static TheoryData<string> All => [.. Encodings.Keys];

    public static Dictionary<string, IVectorEncoding> Encodings { get; } = new()
    {
        ["f32"] = VectorEncodings.F32,
        ["bf16"] = new Bf16Encoding(),
        ["int8"] = new Int8Encoding(),
        ["topk 1 %"] = new TopKEncoding(0.01),
        ["topk 30 %"] = new TopKEncoding(0.3),
        ["topk all"] = new TopKEncoding(1),
    };

    public static byte[] Encode(this IVectorEncoding encoding, ReadOnlySpan<float> vector, ulong key = 7)
    {
        var (bytes, noise) = (new byte[encoding.ByteLengthOf(vector.Length)], new SeededRandom(key));
        for (var block = 0; block < EncodingLayout.BlocksOf(vector.Length); block++)
        {
            var values = vector.Slice(block * UpdatePieces.Block, EncodingLayout.LengthOf(block, vector.Length));
            encoding.Encode(values, bytes.AsSpan((int)encoding.StartOf(block), encoding.BytesOf(values.Length)), noise);
        }

        return bytes;
    }

    /// <summary>Decodes in pieces of so many values.</summary>
    public static float[] Decode(this IVectorEncoding encoding, ReadOnlySpan<byte> bytes, int elements, int piece = UpdatePieces.Block)
    {
        var vector = new float[elements];
        for (var block = 0; block < EncodingLayout.BlocksOf(elements); block++)
        {
            var values = vector.AsSpan(block * UpdatePieces.Block, EncodingLayout.LengthOf(block, elements));
            var left = bytes.Slice((int)encoding.StartOf(block), encoding.BytesOf(values.Length));
            for (var first = 0; first < values.Length; first += piece)
            {
                left = left[encoding.Decode(left, first, values.Slice(first, Math.Min(piece, values.Length - first)))..];
            }
        }

        return vector;
    }

    public static EncodedNorm Measured(this IVectorEncoding encoding, ReadOnlySpan<byte> bytes, int elements, int step)
    {
        var norm = new EncodedNorm(encoding, elements);
        for (; !bytes.IsEmpty; bytes = bytes[Math.Min(step, bytes.Length)..])
        {
            norm.Append(bytes[..Math.Min(step, bytes.Length)]);
        }

        return norm;
    }

    public static float[] Gaussian(int length, int seed)
    {
        var random = new SeededRandom((ulong)seed);
        return [.. Enumerable.Range(0, length).Select(_ => (float)random.NextGaussian())];
    }
}
