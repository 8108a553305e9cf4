using FedLearn.Core.Aggregation;
using FedLearn.Core.Encodings;
using FedLearn.Core.Models;

namespace FedLearn.Proofs.Fuzz.Targets;

/// <summary>The bytes of an update: what measuring takes decodes to finite values, and within its place.</summary>
internal static class EncodingTargets
{
    private const int Length = 3000;

    private static readonly IVectorEncoding[] s_encodings = [new F32Encoding(), new Bf16Encoding(), new Int8Encoding(), new TopKEncoding(0.05)];

    public static IReadOnlyList<FuzzTarget> All { get; } = [.. s_encodings.Select(e => new FuzzTarget($"encoding-{VectorEncodings.NameOf(e.Kind)}", [Encoded(e)], bytes => Decode(e, bytes)))];

    private static byte[] Encoded(IVectorEncoding encoding)
    {
        var bytes = new byte[encoding.BytesOf(Length)];
        encoding.Encode([.. Enumerable.Range(0, Length).Select(i => MathF.Sin(i))], bytes, new SeededRandom(1));
        return bytes;
    }

    private static string Decode(IVectorEncoding encoding, byte[] bytes)
    {
        // Ingest takes exactly the announced bytes.
        Array.Resize(ref bytes, encoding.BytesOf(Length));
        var (next, squares) = (0, default(SquareSum));
        if (encoding.Measure(bytes, Length, ref next, ref squares) is { } mistake)
        {
            return Outcome.Of(mistake);
        }

        var guarded = new float[Length + 2];
        guarded[0] = guarded[^1] = 7;
        encoding.Decode(bytes, 0, guarded.AsSpan(1, Length));
        return guarded[0] == 7 && guarded[^1] == 7 && guarded.All(float.IsFinite)
            ? Outcome.Taken
            : throw new InvalidOperationException("bytes that were measured decode to what is not finite, or beyond their place");
    }
}
