namespace FedLearn.Core.Proofs.Merkle;

/// <summary>
/// What is kept of a Merkle tree: two values for each leaf, of which neither ever changes. Every root and every proof, of this size and of
/// every earlier one, follows from a few of them.
/// </summary>
public interface IMerkleNodes
{
    /// <summary>The hash of a leaf.</summary>
    /// <param name="index">The leaf, from 0.</param>
    Sha256Value Leaf(long index);

    /// <summary>
    /// The root of the largest perfect subtree that ends with a leaf: of 2^t leaves, where t is the number of ones at the end of
    /// <paramref name="index"/> in binary. Of an even one that is the leaf itself.
    /// </summary>
    /// <param name="index">The leaf, from 0.</param>
    Sha256Value Largest(long index);
}
