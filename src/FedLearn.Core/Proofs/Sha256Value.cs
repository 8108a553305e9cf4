using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace FedLearn.Core.Proofs;

/// <summary>A SHA-256 value, 32 bytes held in place, so that a list of them is one piece of memory.</summary>
public readonly record struct Sha256Value
{
    /// <summary>The number of bytes.</summary>
    public const int Size = SHA256.HashSizeInBytes;

    private readonly ulong _a;
    private readonly ulong _b;
    private readonly ulong _c;
    private readonly ulong _d;

    /// <summary>Takes the first 32 of these bytes.</summary>
    public Sha256Value(ReadOnlySpan<byte> bytes)
    {
        var words = MemoryMarshal.Cast<byte, ulong>(bytes[..Size]);
        (_a, _b, _c, _d) = (words[0], words[1], words[2], words[3]);
    }

    /// <summary>The hash of bytes in memory.</summary>
    public static Sha256Value Of(ReadOnlySpan<byte> bytes)
    {
        Span<byte> hash = stackalloc byte[Size];
        SHA256.HashData(bytes, hash);
        return new Sha256Value(hash);
    }

    /// <summary>Writes the 32 bytes to the start of a span.</summary>
    public void CopyTo(Span<byte> bytes)
    {
        var words = MemoryMarshal.Cast<byte, ulong>(bytes[..Size]);
        (words[0], words[1], words[2], words[3]) = (_a, _b, _c, _d);
    }

    /// <summary>The 32 bytes in an array of their own.</summary>
    public byte[] ToArray()
    {
        var bytes = new byte[Size];
        CopyTo(bytes);
        return bytes;
    }

    /// <summary>Lower-case hex.</summary>
    public override string ToString() => Convert.ToHexStringLower(ToArray());
}
