namespace FedLearn.Core.Proofs.Merkle;

/// <summary>
/// The hashes of a Merkle tree as RFC 9162 defines them (section 2.1.1): SHA-256, with one byte before what is hashed, so that no leaf can
/// stand for an inner node.
/// </summary>
public static class MerkleHash
{
    private const byte LeafPrefix = 0;
    private const byte NodePrefix = 1;

    /// <summary>The most bytes of a leaf that are hashed without a buffer from the heap.</summary>
    private const int OnStack = 1024;

    /// <summary>The root of a tree without leaves: SHA-256 of nothing.</summary>
    public static Sha256Value Empty { get; } = Sha256Value.Of([]);

    /// <summary>The hash of a leaf: SHA-256(00 || bytes).</summary>
    public static Sha256Value Leaf(ReadOnlySpan<byte> bytes)
    {
        var prefixed = bytes.Length < OnStack ? stackalloc byte[OnStack] : new byte[bytes.Length + 1];
        prefixed[0] = LeafPrefix;
        bytes.CopyTo(prefixed[1..]);
        return Sha256Value.Of(prefixed[..(bytes.Length + 1)]);
    }

    /// <summary>The hash of an inner node: SHA-256(01 || left || right).</summary>
    public static Sha256Value Node(in Sha256Value left, in Sha256Value right)
    {
        Span<byte> both = stackalloc byte[1 + (2 * Sha256Value.Size)];
        both[0] = NodePrefix;
        left.CopyTo(both[1..]);
        right.CopyTo(both[(1 + Sha256Value.Size)..]);
        return Sha256Value.Of(both);
    }
}
