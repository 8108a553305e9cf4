using CsCheck;
using FedLearn.Core.Proofs;
using FedLearn.Core.Proofs.Merkle;

namespace FedLearn.Core.Tests.Proofs.Merkle;

public class MerkleTests
{
    private const int Most = 70;

    private static readonly Gen<byte[][]> Leaves = Gen.Byte.Array[0, 12].Array[1, Most];

    [Theory]
    [InlineData(0, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")]
    [InlineData(1, "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d")]
    [InlineData(2, "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125")]
    [InlineData(3, "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77")]
    [InlineData(4, "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7")]
    public void Root_PublishedLeaves_IsThePublishedRoot(int size, string root)
    {
        byte[][] leaves = [[], [0x00], [0x10], [0x20, 0x21], [0x30, 0x31], [0x40, 0x41, 0x42, 0x43]];

        Assert.Equal(new Sha256Value(Convert.FromHexString(root)), MerkleLeaves.RootOf(leaves[..size]));
    }

    [Fact]
    public void Root_AnyLeaves_FollowsTheDefinition() => Leaves.Sample(leaves =>
    {
        var tree = TreeOf(leaves);
        for (var size = 0; size <= leaves.Length; size++)
        {
            Assert.Equal(new Sha256Value(NaiveMerkle.Mth(leaves[..size])), new MerkleTree(tree).Root(size));
        }

        Assert.Equal(new MerkleTree(tree).Root(leaves.Length), tree.Frontier.Root);
        Assert.Equal(tree.Frontier.Newest, MerkleFrontier.Of(tree, leaves.Length).Newest);
    }, iter: 200);

    [Fact]
    public void Inclusion_AnyLeaf_FollowsTheDefinitionAndVerifies() =>
        (from leaves in Leaves from index in Gen.Int[0, leaves.Length - 1] select (leaves, index)).Sample((leaves, index) =>
        {
            var path = new MerkleTree(TreeOf(leaves)).Inclusion(index, leaves.Length);

            Assert.Equal(NaiveMerkle.Values(NaiveMerkle.Path(index, leaves)), path);
            Assert.True(MerkleProof.IsIncluded(MerkleHash.Leaf(leaves[index]), index, leaves.Length, path, RootOf(leaves)));
        });

    [Fact]
    public void Consistency_AnySizes_FollowsTheDefinitionAndVerifies() =>
        (from leaves in Leaves from size in Gen.Int[1, leaves.Length] from @from in Gen.Int[1, size] select (leaves, size, @from)).Sample((leaves, size, @from) =>
        {
            var path = new MerkleTree(TreeOf(leaves)).Consistency(@from, size);

            Assert.Equal(NaiveMerkle.Values(NaiveMerkle.Proof(@from, leaves[..size])), path);
            Assert.True(MerkleProof.IsConsistent(@from, RootOf(leaves[..@from]), size, RootOf(leaves[..size]), path));
        });

    [Fact]
    public void Inclusion_EverythingSmall_HoldsForItsLeafAloneAndNothingElse()
    {
        var leaves = Enumerable.Range(0, 17).Select(i => new[] { (byte)i }).ToArray();
        for (var size = 1; size <= leaves.Length; size++)
        {
            for (var index = 0; index < size; index++)
            {
                var path = new MerkleTree(TreeOf(leaves)).Inclusion(index, size);
                var root = RootOf(leaves[..size]);
                for (var other = -1; other <= size; other++)
                {
                    Assert.Equal(other == index, MerkleProof.IsIncluded(MerkleHash.Leaf(leaves[index]), other, size, path, root));
                }

                Assert.False(MerkleProof.IsIncluded(MerkleHash.Leaf([99]), index, size, path, root));
                Assert.False(MerkleProof.IsIncluded(MerkleHash.Leaf(leaves[index]), index, size, [.. path, root], root));
                Assert.All(Enumerable.Range(0, path.Count), i =>
                {
                    Assert.False(MerkleProof.IsIncluded(MerkleHash.Leaf(leaves[index]), index, size, [.. path.Where((_, at) => at != i)], root));
                    Assert.False(MerkleProof.IsIncluded(MerkleHash.Leaf(leaves[index]), index, size, [.. path.Select((p, at) => at == i ? root : p)], root));
                });
            }
        }
    }

    /// <summary>What was before a witnessed root cannot be another: whatever tree follows, no proof joins them.</summary>
    [Fact]
    public void Consistency_ChangedHistory_NeverVerifies() =>
        (from leaves in Leaves
         from @from in Gen.Int[1, leaves.Length]
         from at in Gen.Int[0, @from - 1]
         from with in Gen.Int[0, @from - 1]
         from kind in Gen.Int[0, 3]
         select (leaves, @from, Changed: Change(leaves, at, with, kind))).Sample((leaves, @from, changed) =>
        {
            if (changed.Length < @from || changed.Take(@from).Zip(leaves).All(p => p.First.AsSpan().SequenceEqual(p.Second)))
            {
                // Truncated behind the witness: there is no proof to give. Or two equal leaves changed places.
                return;
            }

            var witnessed = RootOf(leaves[..@from]);
            foreach (var path in new[] { new MerkleTree(TreeOf(changed)).Consistency(@from, changed.Length), new MerkleTree(TreeOf(leaves)).Consistency(@from, leaves.Length), [] })
            {
                Assert.False(MerkleProof.IsConsistent(@from, witnessed, changed.Length, RootOf(changed), path));
            }
        });

    [Fact]
    public void Root_AnyChange_IsAnother() =>
        (from leaves in Leaves from at in Gen.Int[0, leaves.Length - 1] from with in Gen.Int[0, leaves.Length - 1] from kind in Gen.Int[0, 3] select (leaves, Change(leaves, at, with, kind)))
        .Sample((leaves, changed) =>
        {
            var same = leaves.Length == changed.Length && leaves.Zip(changed).All(p => p.First.AsSpan().SequenceEqual(p.Second));
            Assert.Equal(same, RootOf(leaves) == RootOf(changed));
        });

    [Fact]
    public void Verify_AnyNonsense_IsFalseAndThrowsNothing() =>
        Gen.Select(Gen.Long, Gen.Long, Gen.Byte.Array[32].Array[0, 70]).Sample((a, b, hashes) =>
        {
            Sha256Value[] path = [.. hashes.Select(h => new Sha256Value(h))];
            Assert.False(MerkleProof.IsIncluded(MerkleHash.Empty, a, b, path, MerkleHash.Node(MerkleHash.Empty, MerkleHash.Empty)));
            Assert.False(MerkleProof.IsConsistent(a, MerkleHash.Leaf([1]), b, MerkleHash.Leaf([2]), path));
        });

    [Fact]
    public void Leaf_OfAnyLength_IsTheHashOfZeroAndItsBytes() => Gen.Int[0, 3000].Sample(length =>
    {
        var bytes = Enumerable.Range(0, length).Select(i => (byte)i).ToArray();

        Assert.Equal(Sha256Value.Of([0, .. bytes]), MerkleHash.Leaf(bytes));
    });

    private static byte[][] Change(byte[][] leaves, int at, int with, int kind) => kind switch
    {
        0 => [.. leaves.Select((leaf, i) => i == at ? [.. leaf, 1] : leaf)],
        1 => [.. leaves.Where((_, i) => i != at)],
        2 => [.. leaves.Select((leaf, i) => i == at ? leaves[with] : i == with ? leaves[at] : leaf)],
        _ => leaves[..at],
    };

    private static MerkleLeaves TreeOf(byte[][] leaves)
    {
        var tree = new MerkleLeaves();
        foreach (var leaf in leaves)
        {
            tree.Add(MerkleHash.Leaf(leaf));
        }

        return tree;
    }

    private static Sha256Value RootOf(byte[][] leaves) => new(NaiveMerkle.Mth(leaves));
}
