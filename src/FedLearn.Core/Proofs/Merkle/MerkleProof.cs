namespace FedLearn.Core.Proofs.Merkle;

/// <summary>Verifies proofs of others' Merkle trees. What comes from outside may be anything: no input throws.</summary>
public static class MerkleProof
{
    /// <summary>Whether a leaf is in the tree of a root (RFC 9162, section 2.1.3.2).</summary>
    /// <param name="leafHash">The leaf's hash.</param>
    /// <param name="index">The leaf's place, from 0.</param>
    /// <param name="size">The tree's number of leaves.</param>
    /// <param name="path">The proof.</param>
    /// <param name="root">The tree's root.</param>
    public static bool IsIncluded(in Sha256Value leafHash, long index, long size, IReadOnlyList<Sha256Value> path, in Sha256Value root) =>
        RootOf(leafHash, index, size, path) == root;

    /// <summary>The root of the tree that a leaf is in by a proof, or null where there is no such tree.</summary>
    /// <param name="leafHash">The leaf's hash.</param>
    /// <param name="index">The leaf's place, from 0.</param>
    /// <param name="size">The tree's number of leaves.</param>
    /// <param name="path">The proof.</param>
    public static Sha256Value? RootOf(in Sha256Value leafHash, long index, long size, IReadOnlyList<Sha256Value> path)
    {
        if (index < 0 || index >= size)
        {
            return null;
        }

        var (fn, sn, node) = (index, size - 1, leafHash);
        foreach (var step in path)
        {
            if (sn == 0)
            {
                return null;
            }

            if ((fn & 1) == 1 || fn == sn)
            {
                node = MerkleHash.Node(step, node);
                (fn, sn) = SkipZeros(fn, sn);
            }
            else
            {
                node = MerkleHash.Node(node, step);
            }

            (fn, sn) = (fn >> 1, sn >> 1);
        }

        return sn == 0 ? node : null;
    }

    /// <summary>Whether a tree is the beginning of another (RFC 9162, section 2.1.4.2). The empty tree is of every one, and each of itself.</summary>
    /// <param name="from">The smaller tree's number of leaves.</param>
    /// <param name="fromRoot">Its root.</param>
    /// <param name="size">The larger tree's number of leaves.</param>
    /// <param name="root">Its root.</param>
    /// <param name="path">The proof; empty where the sizes are the same, and from the empty tree.</param>
    public static bool IsConsistent(long from, in Sha256Value fromRoot, long size, in Sha256Value root, IReadOnlyList<Sha256Value> path)
    {
        if (from < 0 || from > size)
        {
            return false;
        }

        if (from == 0 || from == size)
        {
            return path.Count == 0 && fromRoot == (from == 0 ? MerkleHash.Empty : root);
        }

        var isPower = (from & (from - 1)) == 0;
        if (path.Count == 0 && !isPower)
        {
            return false;
        }

        var (fn, sn) = (from - 1, size - 1);
        while ((fn & 1) == 1)
        {
            (fn, sn) = (fn >> 1, sn >> 1);
        }

        // A whole subtree proves itself: its root is not in the path.
        var (fr, sr) = isPower ? (fromRoot, fromRoot) : (path[0], path[0]);
        for (var i = isPower ? 0 : 1; i < path.Count; i++)
        {
            if (sn == 0)
            {
                return false;
            }

            if ((fn & 1) == 1 || fn == sn)
            {
                (fr, sr) = (MerkleHash.Node(path[i], fr), MerkleHash.Node(path[i], sr));
                (fn, sn) = SkipZeros(fn, sn);
            }
            else
            {
                sr = MerkleHash.Node(sr, path[i]);
            }

            (fn, sn) = (fn >> 1, sn >> 1);
        }

        return sn == 0 && fr == fromRoot && sr == root;
    }

    /// <summary>Where a node is the last of its level it has no sibling there: up to the level at which it is a right child, or the first.</summary>
    private static (long Fn, long Sn) SkipZeros(long fn, long sn)
    {
        while ((fn & 1) == 0 && fn != 0)
        {
            (fn, sn) = (fn >> 1, sn >> 1);
        }

        return (fn, sn);
    }
}
