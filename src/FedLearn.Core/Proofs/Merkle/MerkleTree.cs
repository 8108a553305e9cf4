using System.Numerics;

namespace FedLearn.Core.Proofs.Merkle;

/// <summary>Roots and proofs of a stored Merkle tree (RFC 9162, section 2.1). A proof reads O(log² n) values.</summary>
/// <param name="nodes">The tree.</param>
public sealed class MerkleTree(IMerkleNodes nodes)
{
    /// <summary>The root of the first leaves.</summary>
    /// <param name="size">How many, 0 to the tree's size.</param>
    public Sha256Value Root(long size) => MerkleFrontier.Of(nodes, size).Root;

    /// <summary>The proof that a leaf is in the tree of the first leaves: PATH(m, D[n]) of section 2.1.3.1.</summary>
    /// <param name="index">The leaf: 0 to <paramref name="size"/> - 1.</param>
    /// <param name="size">How many leaves, at least 1.</param>
    public IReadOnlyList<Sha256Value> Inclusion(long index, long size)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, size);
        var path = new List<Sha256Value>();
        var (first, count) = (0L, size);
        while (count > 1)
        {
            var left = LeftOf(count);
            var isLeft = index - first < left;
            path.Add(isLeft ? Range(first + left, count - left) : Range(first, left));
            (first, count) = isLeft ? (first, left) : (first + left, count - left);
        }

        path.Reverse();
        return path;
    }

    /// <summary>The proof that a smaller tree is the beginning of a larger one: PROOF(m, D[n]) of section 2.1.4.1. Empty where they are the same.</summary>
    /// <param name="from">The smaller size: 1 to <paramref name="size"/>.</param>
    /// <param name="size">The larger size.</param>
    public IReadOnlyList<Sha256Value> Consistency(long from, long size)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(from, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(from, size);
        var path = new List<Sha256Value>();
        var (first, count, whole) = (0L, size, true);
        while (from != count)
        {
            var left = LeftOf(count);
            if (from <= left)
            {
                path.Add(Range(first + left, count - left));
                count = left;
            }
            else
            {
                path.Add(Range(first, left));
                (first, count, from, whole) = (first + left, count - left, from - left, false);
            }
        }

        if (!whole)
        {
            path.Add(Range(first, count));
        }

        path.Reverse();
        return path;
    }

    /// <summary>The root over leaves that are a node of some tree: they begin at a multiple of a power of two that is at least their number.</summary>
    private Sha256Value Range(long first, long count)
    {
        if (BitOperations.IsPow2(count))
        {
            return Perfect(first + count - 1, BitOperations.Log2((ulong)count));
        }

        var left = LeftOf(count);
        return MerkleHash.Node(Range(first, left), Range(first + left, count - left));
    }

    /// <summary>The root of 2^level leaves of which this one is the last. Its left parts are the largest that end where they do.</summary>
    private Sha256Value Perfect(long last, int level)
    {
        if (BitOperations.TrailingZeroCount(~last) == level)
        {
            return nodes.Largest(last);
        }

        var node = nodes.Leaf(last);
        for (var l = 0; l < level; l++)
        {
            node = MerkleHash.Node(nodes.Largest(last - (1L << l)), node);
        }

        return node;
    }

    /// <summary>The largest power of two below a number that is at least 2.</summary>
    private static long LeftOf(long count) => 1L << BitOperations.Log2((ulong)(count - 1));
}
