using System.Numerics;

namespace FedLearn.Core.Proofs.Merkle;

/// <summary>
/// A Merkle tree that grows at its end and remembers no more than its frontier: the roots of the perfect subtrees that its size is the sum of,
/// at most 63 values. Immutable; appending gives the next one.
/// </summary>
public sealed class MerkleFrontier
{
    private readonly Sha256Value[] _roots;

    private MerkleFrontier(long size, Sha256Value[] roots) => (Size, _roots) = (size, roots);

    /// <summary>The tree without leaves.</summary>
    public static MerkleFrontier Empty { get; } = new(0, []);

    /// <summary>The number of leaves.</summary>
    public long Size { get; }

    /// <summary>The root of the largest perfect subtree that ends with the last leaf: what <see cref="IMerkleNodes"/> keeps of it.</summary>
    /// <exception cref="InvalidOperationException">The tree is empty.</exception>
    public Sha256Value Newest => Size > 0 ? _roots[^1] : throw new InvalidOperationException("the tree has no leaf");

    /// <summary>The root of the whole tree.</summary>
    public Sha256Value Root
    {
        get
        {
            if (Size == 0)
            {
                return MerkleHash.Empty;
            }

            var root = _roots[^1];
            for (var i = _roots.Length - 2; i >= 0; i--)
            {
                root = MerkleHash.Node(_roots[i], root);
            }

            return root;
        }
    }

    /// <summary>The frontier of a stored tree's first leaves, from as many of its nodes as the size has bits set.</summary>
    /// <param name="nodes">The tree, of at least <paramref name="size"/> leaves.</param>
    /// <param name="size">The number of leaves, at least 0.</param>
    public static MerkleFrontier Of(IMerkleNodes nodes, long size)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(size);
        var roots = new Sha256Value[BitOperations.PopCount((ulong)size)];
        var (end, at) = (0L, 0);
        for (var left = size; left > 0; left -= 1L << BitOperations.Log2((ulong)left))
        {
            // A perfect subtree of the frontier is the largest that ends with its last leaf: it begins at a multiple of twice its size.
            end += 1L << BitOperations.Log2((ulong)left);
            roots[at++] = nodes.Largest(end - 1);
        }

        return new MerkleFrontier(size, roots);
    }

    /// <summary>The tree with one leaf more.</summary>
    public MerkleFrontier Append(in Sha256Value leafHash)
    {
        // As many perfect subtrees close with this leaf as the size has ones at its end.
        var closed = BitOperations.TrailingZeroCount(~Size);
        var roots = new Sha256Value[_roots.Length - closed + 1];
        _roots.AsSpan(0, roots.Length - 1).CopyTo(roots);
        var node = leafHash;
        for (var i = 0; i < closed; i++)
        {
            node = MerkleHash.Node(_roots[_roots.Length - 1 - i], node);
        }

        roots[^1] = node;
        return new MerkleFrontier(Size + 1, roots);
    }
}
