using System.Buffers.Binary;
using FedLearn.Coordinator.Storage.Disks;
using FedLearn.Core.Proofs;

namespace FedLearn.Coordinator.Storage;

/// <summary>One entry of a block list: the block's checks and the sum of squares of its float32 values.</summary>
internal readonly record struct BlockEntry(BlockCheck Check, double SumOfSquares);

/// <summary>
/// The block list beside a vector's file: for each 1 MiB block SHA-256 (32 bytes), XxHash3 (8, little-endian) and the sum of
/// squares of its values (8, float64 little-endian). It is what a resume goes on from and what every read checks against.
/// </summary>
internal static class BlockList
{
    public const int EntrySize = 48;

    public static void Write(Span<byte> entry, in BlockEntry block)
    {
        block.Check.Sha256.Span.CopyTo(entry);
        BinaryPrimitives.WriteUInt64LittleEndian(entry[32..], block.Check.XxHash3);
        BinaryPrimitives.WriteDoubleLittleEndian(entry[40..], block.SumOfSquares);
    }

    /// <summary>The whole entries of a list file; a torn one at the end is left out.</summary>
    public static List<BlockEntry> Read(IDisk disk, string path)
    {
        var bytes = disk.ReadAll(path);
        var blocks = new List<BlockEntry>(bytes.Length / EntrySize);
        for (var at = 0; at + EntrySize <= bytes.Length; at += EntrySize)
        {
            var entry = bytes.AsMemory(at, EntrySize);
            var check = new BlockCheck(entry[..32], BinaryPrimitives.ReadUInt64LittleEndian(entry.Span[32..]));
            blocks.Add(new BlockEntry(check, BinaryPrimitives.ReadDoubleLittleEndian(entry.Span[40..])));
        }

        return blocks;
    }
}
