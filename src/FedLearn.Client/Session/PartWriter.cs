using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using FedLearn.Core.Encodings;
using FedLearn.Core.Proofs;
using FedLearn.Protocol;
using FedLearn.Protocol.V1;
using Google.Protobuf;

namespace FedLearn.Client.Session;

/// <summary>What a header says of the parts of an update.</summary>
internal static class PartWriter
{
    // 256 KiB: what is hashed and sealed one after the other stays in the processor's cache.
    private const int BlockFloats = 1 << 16;

    /// <summary>A part that has been written.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="encoding">Its encoding.</param>
    /// <param name="byteLength">Its bytes.</param>
    /// <param name="digest">Its digest; null where a value was not finite.</param>
    /// <exception cref="InvalidDataException">A value was not finite.</exception>
    public static UpdatePart Part(string name, EncodingKind encoding, long byteLength, byte[]? digest) => new()
    {
        Name = name,
        Encoding = encoding.ToWire(),
        ByteLength = byteLength,
        Digest = digest is not null ? ByteString.CopyFrom(digest) : throw new InvalidDataException(
            "training gave a parameter that is NaN or infinite; it has diverged: lower the learning rate, or clip"),
    };

    /// <summary>Writes a vector as it is, float32.</summary>
    /// <exception cref="InvalidDataException">A value is not finite.</exception>
    public static UpdatePart Vector(Stream stream, string name, ReadOnlySpan<float> values)
    {
        using var digest = new BlockDigest();
        var finite = TensorPrimitives.IsFiniteAll(values);
        for (var left = values; finite && left.Length > 0; left = left[Math.Min(BlockFloats, left.Length)..])
        {
            var bytes = MemoryMarshal.AsBytes(left[..Math.Min(BlockFloats, left.Length)]);
            digest.Append(bytes);
            stream.Write(bytes);
        }

        return Part(name, EncodingKind.F32, (long)values.Length * sizeof(float), finite ? digest.Finish() : null);
    }
}
