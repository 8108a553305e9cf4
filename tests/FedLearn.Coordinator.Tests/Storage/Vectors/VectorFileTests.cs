using System.Runtime.InteropServices;
using CsCheck;
using FedLearn.Coordinator.Storage;
using FedLearn.Coordinator.Storage.Disks;
using FedLearn.Coordinator.Storage.Vectors;
using FedLearn.Core.Proofs;

namespace FedLearn.Coordinator.Tests.Storage.Vectors;

public sealed class VectorFileTests : IDisposable
{
    private const int Block = BlockDigest.BlockSize;
    private readonly TempFolder _folder = new();

    private string Part => _folder["v.part"];

    private string List => _folder["v.blocks"];

    private string Final => _folder["v.update"];

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(0, 0)]
    [InlineData(4, 0)]
    [InlineData(Block, 100)]
    [InlineData((2 * Block) + 12, 0)]
    [InlineData((3 * Block) - 4, 7)]
    public void Writer_AnyLengthAndHeader_ReadsBackWithDigestAndNorm(int length, int header)
    {
        var bytes = Vector(length);
        using var writer = VectorWriter.Create(SystemDisk.Instance, Part, List, new byte[header]);
        foreach (var piece in bytes.Chunk(99_991))
        {
            writer.Append(piece);
        }

        Assert.Equal(BlockDigest.Of(bytes), writer.Finish());
        Assert.Equal(NormOf(bytes), writer.Norm, 1e-9);
        writer.Seal(Final);

        Assert.False(File.Exists(Part));
        using var reader = Reader(Final, List, header, length);
        Assert.Equal(bytes, ReadAll(reader));
    }

    [Fact]
    public void Resume_AfterAnyCut_KeepsWholeBlocksAndEndsTheSame() =>
        Gen.Int[0, (2 * Block) + 400].Sample(
            cut =>
            {
                var bytes = Vector((2 * Block) + 400);
                using (var first = VectorWriter.Create(SystemDisk.Instance, Part, List, []))
                {
                    first.Append(bytes.AsSpan(0, cut));
                }

                using var second = VectorWriter.Resume(SystemDisk.Instance, Part, List);
                Assert.Equal(cut / Block * Block, second.Length);
                second.Append(bytes.AsSpan((int)second.Length));

                Assert.Equal(BlockDigest.Of(bytes), second.Finish());
                Assert.Equal(NormOf(bytes), second.Norm, 1e-9);
                Assert.Equal(bytes, File.ReadAllBytes(Part));
            },
            iter: 15,
            threads: 1);

    [Fact]
    public void Resume_FinishedButNotSealed_TakesTheLastShortBlockAgain()
    {
        var bytes = Vector(Block + 400);
        WriteAll(bytes);

        using var again = VectorWriter.Resume(SystemDisk.Instance, Part, List);

        Assert.Equal(Block, again.Length);
        again.Append(bytes.AsSpan(Block));
        Assert.Equal(BlockDigest.Of(bytes), again.Finish());
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(Block + 5, 1)]
    [InlineData((2 * Block) + 5, 2)]
    public void Resume_DamagedByte_GoesBackBeforeItsBlock(int damaged, int keptBlocks)
    {
        WriteAll(Vector(3 * Block));
        Flip(Part, damaged);

        using var writer = VectorWriter.Resume(SystemDisk.Instance, Part, List);

        Assert.Equal(keptBlocks * Block, writer.Length);
    }

    [Fact]
    public void Resume_ListDamagedTornOrGone_GoesBackToWhatMatches()
    {
        WriteAll(Vector(3 * Block));
        Flip(List, (2 * BlockList.EntrySize) + 33);
        Assert.Equal(2 * Block, ResumedLength());

        File.WriteAllBytes(List, File.ReadAllBytes(List)[..(BlockList.EntrySize + 20)]);
        Assert.Equal(Block, ResumedLength());

        File.Delete(List);
        Assert.Equal(0, ResumedLength());
    }

    [Fact]
    public void Resume_FileCutBehindItsList_GoesBackToWhatIsThere()
    {
        WriteAll(Vector(3 * Block));
        Truncate(Part, Block + 17);

        Assert.Equal(Block, ResumedLength());
    }

    [Fact]
    public void Reader_DamagedByte_NamesTheBlockAndStillReadsTheOthers()
    {
        var bytes = Vector(3 * Block);
        WriteAll(bytes);
        Flip(Part, Block + 99);
        using var reader = Reader(Part, List, 0, bytes.Length);
        var buffer = new byte[Block];

        Assert.Contains("block 1", Assert.Throws<StoredDataException>(() => reader.Read(1, buffer.AsSpan())).Message);
        Assert.Equal(Block, reader.Read(0, buffer.AsSpan()));
        reader.Read(2, buffer.AsSpan());
        Assert.Equal(bytes[(2 * Block)..], buffer);
    }

    [Fact]
    public void Reader_DamagedList_RefusesThatBlock()
    {
        WriteAll(Vector(2 * Block));
        Flip(List, BlockList.EntrySize + 32);
        using var reader = Reader(Part, List, 0, 2 * Block);

        reader.Read(0, new byte[Block].AsSpan());
        Assert.Throws<StoredDataException>(() => reader.Read(1, new byte[Block].AsSpan()));
    }

    [Fact]
    public void Reader_FileOrListShortOrMissing_SaysSo()
    {
        WriteAll(Vector(2 * Block));
        Assert.Throws<StoredDataException>(() => Reader(Part, List, 0, (2 * Block) + 4));
        Assert.Throws<StoredDataException>(() => Reader(_folder["none"], List, 0, 2 * Block));
        Assert.Throws<StoredDataException>(() => Reader(Part, _folder["none"], 0, 2 * Block));

        Truncate(List, BlockList.EntrySize);
        Assert.Throws<StoredDataException>(() => Reader(Part, List, 0, 2 * Block));
        WriteAll(Vector(2 * Block));
        Truncate(Part, (2 * Block) - 1);
        Assert.Throws<StoredDataException>(() => Reader(Part, List, 0, 2 * Block));
    }

    [Fact]
    public void AllFinite_OneBadValueAtAnyPlaceInAnyChunks_IsFound()
    {
        foreach (var bad in (float[])[float.NaN, float.PositiveInfinity, float.NegativeInfinity])
        {
            for (var chunk = 1; chunk <= 9; chunk++)
            {
                for (var at = 0; at < 9; at++)
                {
                    var values = new float[9];
                    values[at] = bad;
                    Assert.False(AllFinite(values, chunk), $"{bad} at {at} in chunks of {chunk}");
                }
            }
        }
    }

    [Fact]
    public void AllFinite_LargestAndSmallestValues_AreFine()
    {
        var values = Enumerable.Range(0, 3000).Select(i => (i % 3) switch { 0 => float.MaxValue, 1 => float.MinValue, _ => float.Epsilon }).ToArray();

        Assert.True(AllFinite(values, 7));
    }

    [Fact]
    public void AllFinite_BadValueBeforeAResume_IsStillKnown()
    {
        var bytes = Vector(Block + 8);
        BitConverter.TryWriteBytes(bytes.AsSpan(400), float.NaN);
        using (var first = VectorWriter.Create(SystemDisk.Instance, Part, List, []))
        {
            first.Append(bytes);
        }

        using var second = VectorWriter.Resume(SystemDisk.Instance, Part, List);
        second.Append(bytes.AsSpan(Block));

        Assert.Contains("NaN or Inf", second.Mistake);
    }

    private bool AllFinite(float[] values, int chunk)
    {
        using var writer = VectorWriter.Create(SystemDisk.Instance, _folder["f.part"], _folder["f.blocks"], []);
        foreach (var piece in MemoryMarshal.AsBytes(values.AsSpan()).ToArray().Chunk(chunk))
        {
            writer.Append(piece);
        }

        return writer.Mistake is null;
    }

    private static VectorReader Reader(string path, string list, long start, long length) =>
        new(SystemDisk.Instance, new VectorPlace(path, start, list, 0, length));

    private void WriteAll(byte[] bytes)
    {
        using var writer = VectorWriter.Create(SystemDisk.Instance, Part, List, []);
        writer.Append(bytes);
        writer.Finish();
    }

    private long ResumedLength()
    {
        using var writer = VectorWriter.Resume(SystemDisk.Instance, Part, List);
        return writer.Length;
    }

    private static byte[] ReadAll(VectorReader reader)
    {
        var all = new List<byte>();
        var buffer = new byte[Block];
        for (var i = 0; i < reader.BlockCount; i++)
        {
            all.AddRange(buffer.AsSpan(0, reader.Read(i, buffer.AsSpan())));
        }

        return [.. all];
    }

    private static double NormOf(byte[] bytes) => Math.Sqrt(MemoryMarshal.Cast<byte, float>(bytes).ToArray().Sum(v => (double)v * v));

    private static byte[] Vector(int length)
    {
        var random = new Random(length);
        var values = Enumerable.Range(0, length / sizeof(float)).Select(_ => random.NextSingle() - 0.5f).ToArray();
        return MemoryMarshal.AsBytes(values.AsSpan()).ToArray();
    }

    private static void Flip(string path, int at)
    {
        var bytes = File.ReadAllBytes(path);
        bytes[at] ^= 0x40;
        File.WriteAllBytes(path, bytes);
    }

    private static void Truncate(string path, long length)
    {
        using var file = File.OpenWrite(path);
        file.SetLength(length);
    }
}
