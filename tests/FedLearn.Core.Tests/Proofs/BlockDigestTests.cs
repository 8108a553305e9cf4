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
        using var second = new BlockDigest();
        foreach (var block in bytes.Chunk(BlockDigest.BlockSize).Take(2))
        {
            second.AppendWholeBlock(Sha256Value.Of(block));
        }

        Assert.Equal(2 * BlockDigest.BlockSize, second.Length);
        second.Append(bytes.AsSpan(2 * BlockDigest.BlockSize));

        Assert.Equal(ByDefinition(bytes), second.Finish());
    }

    [Fact]
    public void AppendWholeBlock_WithinABlock_IsRefused()
    {
        using var digest = new BlockDigest();
        digest.Append([1]);

        Assert.Throws<InvalidOperationException>(() => digest.AppendWholeBlock(Sha256Value.Of([1])));
    }

    [Fact]
    public void OfOneBlock_AnyBlock_IsTheDigestOfItsBytes()
    {
        var bytes = Fill(4000, 3);

        Assert.Equal(BlockDigest.Of(bytes), BlockDigest.OfOneBlock(Sha256Value.Of(bytes)));
    }

    [Fact]
    public void Append_AnyNumberOfBlocks_AllocatesNothing()
    {
        var bytes = Fill(BlockDigest.BlockSize, 5);
        using var digest = new BlockDigest();
        digest.Append(bytes);
        var least = long.MaxValue;
        for (var batch = 0; batch < 5; batch++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            digest.Append(bytes);
            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        Assert.Equal(0, least);
    }

    private static byte[] Fill(int length, int seed)
    {
        var bytes = new byte[length];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }
}
