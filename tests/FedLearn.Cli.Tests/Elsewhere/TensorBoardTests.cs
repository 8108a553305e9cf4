using System.Buffers.Binary;
using System.Text;
using FedLearn.Cli.Elsewhere;
using FedLearn.Cli.Tests.Runs;
using Google.Protobuf;

namespace FedLearn.Cli.Tests.Elsewhere;

/// <summary>TensorBoard's event files, read back by a reader that follows their definition and shares no code with the writer.</summary>
public class TensorBoardTests(FinishedRun run) : IClassFixture<FinishedRun>
{
    // RFC 3720, B.4: CRC-32C of 32 bytes of zeros, of ones, and ascending.
    [Theory]
    [InlineData(0, 0, 0x8a9136aau)]
    [InlineData(0xff, 0, 0x62a8ab43u)]
    [InlineData(0, 1, 0x46dd794eu)]
    public void MaskedCrc_OfKnownBytes_IsTheMaskedPublishedOne(int first, int step, uint crc)
    {
        var data = Enumerable.Range(0, 32).Select(i => (byte)(first + (i * step))).ToArray();

        Assert.Equal(unchecked(((crc >> 15) | (crc << 17)) + 0xa282ead8u), TensorBoardFile.MaskedCrc(data));
    }

    [Fact]
    public async Task Export_OfARun_BeginsAsTensorFlowsFilesDo()
    {
        var file = await ExportAsync("begin");

        // Every event file of TensorFlow begins with these bytes: a record of 24, the checksum of that, and the tag of the wall time.
        Assert.Equal("1800000000000000A37F4B2209", Convert.ToHexString(file.AsSpan(0, 13)));
    }

    [Fact]
    public async Task Export_OfARun_HasEveryRoundsMetricsAsScalars()
    {
        var events = Read(await ExportAsync("rounds"));

        Assert.Equal("brain.Event:2", events[0].Version);
        Assert.Equal([1L, 2, 3], events[1..].Select(e => e.Step));
        Assert.All(events[1..], e => Assert.Equal(2, e.Scalars["updates/accepted"]));
        Assert.All(events[1..], e => Assert.InRange(e.Scalars["eval/accuracy"], 0, 1));
        Assert.Contains("train/loss", events[3].Scalars.Keys);
        Assert.DoesNotContain(events[3].Scalars.Keys, k => k.Contains("confusion", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Export_ASecondTime_LeavesOneHistory()
    {
        await ExportAsync("twice");
        var again = Read(await ExportAsync("twice"));

        Assert.Equal([1L, 2, 3], again[1..].Select(e => e.Step));
    }

    [Fact]
    public async Task Watch_OfARunThatIsOver_WritesItWhole()
    {
        await run.AskedAsync("run", "watch", FinishedRun.Name, "--tensorboard", run.In("watched"));

        Assert.Equal([1L, 2, 3], Read(await OnlyFileAsync("watched"))[1..].Select(e => e.Step));
    }

    private async Task<byte[]> ExportAsync(string folder)
    {
        await run.AskedAsync("run", "export", FinishedRun.Name, "--tensorboard", run.In(folder));
        return await OnlyFileAsync(folder);
    }

    private async Task<byte[]> OnlyFileAsync(string folder) =>
        await File.ReadAllBytesAsync(Assert.Single(Directory.GetFiles(run.In(folder), "events.out.tfevents.*", SearchOption.AllDirectories)), TestContext.Current.CancellationToken);

    private static List<(string Version, long Step, Dictionary<string, float> Scalars)> Read(byte[] file)
    {
        var events = new List<(string, long, Dictionary<string, float>)>();
        for (var at = 0; at < file.Length;)
        {
            var length = (int)BinaryPrimitives.ReadUInt64LittleEndian(file.AsSpan(at));
            Assert.Equal(Masked(file.AsSpan(at, 8)), BinaryPrimitives.ReadUInt32LittleEndian(file.AsSpan(at + 8)));
            Assert.Equal(Masked(file.AsSpan(at + 12, length)), BinaryPrimitives.ReadUInt32LittleEndian(file.AsSpan(at + 12 + length)));
            events.Add(Event(file.AsSpan(at + 12, length).ToArray()));
            at += 16 + length;
        }

        return events;
    }

    private static (string, long, Dictionary<string, float>) Event(byte[] message)
    {
        var (version, step, scalars) = ("", 0L, new Dictionary<string, float>());
        var input = new CodedInputStream(message);
        while (input.ReadTag() is var tag and not 0)
        {
            switch (tag >> 3)
            {
                case 1: input.ReadDouble(); break;
                case 2: step = input.ReadInt64(); break;
                case 3: version = input.ReadString(); break;
                case 5: Summary(input.ReadBytes().ToByteArray(), scalars); break;
                default: Assert.Fail($"field {tag >> 3}"); break;
            }
        }

        return (version, step, scalars);
    }

    private static void Summary(byte[] message, Dictionary<string, float> scalars)
    {
        var input = new CodedInputStream(message);
        while (input.ReadTag() is var tag and not 0)
        {
            Assert.Equal(1u, tag >> 3);
            var value = input.ReadBytes().Span;
            Assert.Equal(0x0a, value[0]);
            var name = Encoding.UTF8.GetString(value.Slice(2, value[1]));
            Assert.Equal(0x15, value[2 + value[1]]);
            scalars.Add(name, BinaryPrimitives.ReadSingleLittleEndian(value[(3 + value[1])..]));
        }
    }

    /// <summary>Bit by bit, from the polynomial (RFC 3720, 12.1, reflected).</summary>
    private static uint Masked(ReadOnlySpan<byte> data)
    {
        var crc = uint.MaxValue;
        foreach (var b in data)
        {
            crc ^= b;
            for (var bit = 0; bit < 8; bit++)
            {
                crc = (crc & 1) == 0 ? crc >> 1 : (crc >> 1) ^ 0x82f63b78;
            }
        }

        crc = ~crc;
        return unchecked(((crc >> 15) | (crc << 17)) + 0xa282ead8u);
    }
}
