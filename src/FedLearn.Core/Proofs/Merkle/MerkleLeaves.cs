namespace FedLearn.Core.Proofs.Merkle;

/// <summary>A Merkle tree in memory: for a round's updates, or a log that was exported.</summary>
public sealed class MerkleLeaves : IMerkleNodes
{
    private readonly List<Sha256Value> _leaves = [];
    private readonly List<Sha256Value> _largest = [];

    /// <summary>The tree's frontier.</summary>
    public MerkleFrontier Frontier { get; private set; } = MerkleFrontier.Empty;

    /// <summary>The root over some leaves, given by their bytes.</summary>
    public static Sha256Value RootOf(IEnumerable<byte[]> leaves) =>
        leaves.Aggregate(MerkleFrontier.Empty, (tree, leaf) => tree.Append(MerkleHash.Leaf(leaf))).Root;

    /// <summary>Adds a leaf by its hash.</summary>
    public void Add(in Sha256Value leafHash)
    {
        Frontier = Frontier.Append(leafHash);
        _leaves.Add(leafHash);
        _largest.Add(Frontier.Newest);
    }

    /// <inheritdoc/>
    public Sha256Value Leaf(long index) => _leaves[(int)index];

    /// <inheritdoc/>
    public Sha256Value Largest(long index) => _largest[(int)index];
}
