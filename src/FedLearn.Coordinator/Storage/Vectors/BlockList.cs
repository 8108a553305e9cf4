using System.Buffers.Binary;
using System.Runtime.InteropServices;
using FedLearn.Coordinator.Storage.Disks;
using FedLearn.Core.Aggregation;
using FedLearn.Core.Encodings;
using FedLearn.Core.Proofs;

namespace FedLearn.Coordinator.Storage.Vectors;

/// <summary>What is kept of one block of at most 1 MiB.</summary>
/// <param name="Sha256">What the digest is made of.</param>
/// <param name="XxHash3">XxHash3 (64 bits, seed 0): what every later read from disk checks.</param>
/// <param name="SumOfSquares">Of its float32 values, in float64; not finite where a value is not. 0 where it holds none, in a compressed update.</param>
internal readonly record struct BlockEntry(Sha256Value Sha256, ulong XxHash3, double SumOfSquares)
{
    /// <summary>The entry of a block in memory.</summary>
    public static BlockEntry Of(ReadOnlySpan<byte> block) =>
        new(Sha256Value.Of(block), System.IO.Hashing.XxHash3.HashToUInt64(block), SquareSum.Of(MemoryMarshal.Cast<byte, float>(block)));

    /// <summary>The sum of squares to be kept of the block that a norm took last.</summary>
    public static double SquaresIn(EncodedNorm norm) => norm.Encoding.Kind == EncodingKind.F32 ? norm.BlockSquares : 0;
}

/// <summary>
/// The layout of a block list, which lies beside a vector's file and, of one entry, before an update in a segment: for each 1 MiB block
/// SHA-256 (32 bytes), XxHash3 (8, little-endian) and the sum of squares of its values (8, float64 little-endian; 0 in a compressed update). It is what a resume
/// goes on from and what every read checks against.
/// </summary>
internal static class BlockList
{
    /// <summary>Bytes of an entry.</summary>
    public const int EntrySize = 48;

    /// <summary>Where in an entry its XxHash3 lies.</summary>
    public const int XxHash3At = 32;

    public static void Write(Span<byte> entry, in BlockEntry block)
    {
        block.Sha256.CopyTo(entry);
        BinaryPrimitives.WriteUInt64LittleEndian(entry[XxHash3At..], block.XxHash3);
        BinaryPrimitives.WriteDoubleLittleEndian(entry[40..], block.SumOfSquares);
    }

    public static BlockEntry Read(ReadOnlySpan<byte> entry) => new(
        new Sha256Value(entry),
        BinaryPrimitives.ReadUInt64LittleEndian(entry[XxHash3At..]),
        BinaryPrimitives.ReadDoubleLittleEndian(entry[40..]));

    /// <summary>The digest of the vector that a list belongs to.</summary>
    public static byte[] DigestOf(IDiskFile list, string path)
    {
        using var digest = new BlockDigest();
        var entries = new byte[EntrySize * 256];
        for (var at = 0L; list.Fill(entries, at, path) is > 0 and var read; at += read)
        {
            for (var entry = 0; entry < read; entry += EntrySize)
            {
                digest.AppendWholeBlock(new Sha256Value(entries.AsSpan(entry)));
            }
        }

        return digest.Finish();
    }
}
