using System.Security.Cryptography;
using CsCheck;
using FedLearn.Core.Proofs;

namespace FedLearn.Core.Tests.Proofs;

public class BlockDigestTests
{
    /// <summary>The definition, written a second time over the whole array.</summary>
    private static byte[] ByDefinition(byte[] bytes) =>
        SHA256.HashData(bytes.Chunk(BlockDigest.BlockSize).SelectMany(SHA256.HashData).ToArray());

    private static readonly Gen<byte[]> Bytes =
        from length in Gen.OneOf(Gen.Int[0, 100], Gen.Int[BlockDigest.BlockSize - 2, BlockDigest.BlockSize + 2], Gen.Int[0, 3 * BlockDigest.BlockSize])
        from seed in Gen.Int
        select Fill(length, seed);

    [Fact]
    public void Of_AnyLength_FollowsTheDefinition() =>
        Bytes.Sample(bytes => Assert.Equal(ByDefinition(bytes), BlockDigest.Of(bytes)), iter: 40);

    [Fact]
    public void Of_Nothing_IsSha256OfNothing() =>
        Assert.Equal("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", Convert.ToHexStringLower(BlockDigest.Of([])));

    [Fact]
    public void Append_AnyCuts_GivesTheSameDigest() =>
        Gen.Select(Bytes, Gen.Int[1, 700_000]).Sample(
            (bytes, step) =>
            {
                using var digest = new BlockDigest();
                foreach (var piece in bytes.Chunk(step))
                {
                    digest.Append(piece);
                }

                Assert.Equal(ByDefinition(bytes), digest.Finish());
            },
            iter: 40);

    [Fact]
    public void Resume_AfterWholeBlocks_GivesTheSameDigest()
    {
        var bytes = Fill(3 * BlockDigest.BlockSize + 77, 5);
        using var first = new BlockDigest();
        first.Append(bytes.AsSpan(0, 2 * BlockDigest.BlockSize + 500));

        using var second = new BlockDigest(first.Blocks);
        Assert.Equal(2 * BlockDigest.BlockSize, second.Length);
        second.Append(bytes.AsSpan(2 * BlockDigest.BlockSize));

        Assert.Equal(ByDefinition(bytes), second.Finish());
    }

    private static byte[] Fill(int length, int seed)
    {
        var bytes = new byte[length];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }
}
