using System.Buffers.Binary;
using FedLearn.Core.Proofs.Merkle;

namespace FedLearn.Core.Proofs.Statements;

/// <summary>
/// The signature of a receipt. Receipts that are given together are the leaves of a Merkle tree whose root is signed: one signature for all,
/// which would cost a small update more than everything else, and each stands for itself.
/// </summary>
/// <param name="Index">The receipt's place among them, from 0.</param>
/// <param name="Size">How many they are.</param>
/// <param name="Path">The proof that it is one of them.</param>
/// <param name="Signature">The signature of their root, DER.</param>
public sealed record ReceiptSignature(int Index, int Size, IReadOnlyList<Sha256Value> Path, byte[] Signature)
{
    /// <summary>The first line of the signed bytes.</summary>
    public const string Domain = "fedlearn/receipts/1";

    private const int HeaderSize = (2 * sizeof(int)) + 1;

    /// <summary>Signs receipts that are given together.</summary>
    /// <param name="statements">Their statements.</param>
    /// <param name="sign">Signs bytes.</param>
    public static IReadOnlyList<ReceiptSignature> Sign(IReadOnlyList<byte[]> statements, Func<byte[], byte[]> sign)
    {
        if (statements.Count == 0)
        {
            return [];
        }

        var leaves = new MerkleLeaves();
        foreach (var statement in statements)
        {
            leaves.Add(MerkleHash.Leaf(statement));
        }

        var tree = new MerkleTree(leaves);
        var signature = sign(BatchOf(leaves.Frontier.Root, statements.Count));
        return [.. statements.Select((_, i) => new ReceiptSignature(i, statements.Count, tree.Inclusion(i, statements.Count), signature))];
    }

    /// <summary>Whether it is a key's over a receipt.</summary>
    public bool IsOf(in ReceiptStatement receipt, StatementKey key) =>
        MerkleProof.RootOf(MerkleHash.Leaf(receipt.ToBytes()), Index, Size, Path) is { } root && key.HasSigned(BatchOf(root, Size), Signature);

    /// <summary>Place and size as int32, the number of hashes as a byte, the hashes, and the signature; little-endian.</summary>
    public byte[] ToBytes()
    {
        var bytes = new byte[HeaderSize + (Path.Count * Sha256Value.Size) + Signature.Length];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, Index);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(sizeof(int)), Size);
        bytes[HeaderSize - 1] = (byte)Path.Count;
        for (var i = 0; i < Path.Count; i++)
        {
            Path[i].CopyTo(bytes.AsSpan(HeaderSize + (i * Sha256Value.Size)));
        }

        Signature.CopyTo(bytes, bytes.Length - Signature.Length);
        return bytes;
    }

    /// <summary>Reads what <see cref="ToBytes"/> wrote.</summary>
    /// <exception cref="ArgumentException">These are other bytes.</exception>
    public static ReceiptSignature FromBytes(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < HeaderSize || bytes.Length < HeaderSize + (bytes[HeaderSize - 1] * Sha256Value.Size))
        {
            throw new ArgumentException($"expected the signature of a receipt, got {bytes.Length} bytes", nameof(bytes));
        }

        var path = new Sha256Value[bytes[HeaderSize - 1]];
        for (var i = 0; i < path.Length; i++)
        {
            path[i] = new Sha256Value(bytes[(HeaderSize + (i * Sha256Value.Size))..]);
        }

        return new ReceiptSignature(
            BinaryPrimitives.ReadInt32LittleEndian(bytes), BinaryPrimitives.ReadInt32LittleEndian(bytes[sizeof(int)..]), path, bytes[(HeaderSize + (path.Length * Sha256Value.Size))..].ToArray());
    }

    private static byte[] BatchOf(Sha256Value root, int size) => StatementBytes.Write(Domain, json =>
    {
        json.WriteString("root", root.ToString());
        json.WriteNumber("size", size);
    });
}
