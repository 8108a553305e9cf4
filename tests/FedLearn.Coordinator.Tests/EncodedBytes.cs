using FedLearn.Core.Aggregation;
using FedLearn.Core.Encodings;
using FedLearn.Core.Models;

namespace FedLearn.Coordinator.Tests;

/// <summary>Whole vectors through the encodings.</summary>
internal static class EncodedBytes
{
    public static byte[] Encode(this IVectorEncoding encoding, float[] values)
    {
        var (bytes, noise) = (new byte[encoding.ByteLengthOf(values.Length)], new SeededRandom(1));
        for (var block = 0; block < EncodingLayout.BlocksOf(values.Length); block++)
        {
            encoding.Encode(values.AsSpan(block * UpdatePieces.Block, EncodingLayout.LengthOf(block, values.Length)), bytes.AsSpan((int)encoding.StartOf(block)), noise);
        }

        return bytes;
    }

    public static float[] Decode(this IVectorEncoding encoding, byte[] bytes, int elements)
    {
        var values = new float[elements];
        for (var block = 0; block < EncodingLayout.BlocksOf(elements); block++)
        {
            var decoded = values.AsSpan(block * UpdatePieces.Block, EncodingLayout.LengthOf(block, elements));
            encoding.Decode(bytes.AsSpan((int)encoding.StartOf(block), encoding.BytesOf(decoded.Length)), 0, decoded);
        }

        return values;
    }
}
