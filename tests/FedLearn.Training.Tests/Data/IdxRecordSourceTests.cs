using System.Buffers.Binary;
using System.IO.Compression;
using FedLearn.Testing;
using FedLearn.Training.Data;

namespace FedLearn.Training.Tests.Data;

public class IdxRecordSourceTests
{
    private static readonly byte[] Pixels = [.. Enumerable.Range(0, 3 * 2 * 4).Select(i => (byte)(i * 7))];
    private static readonly byte[] Digits = [3, 0, 9];

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Read_PlainOrGzip_GivesLabelsAndPixels(bool gzip)
    {
        using var folder = new TempFolder();
        using var source = new IdxRecordSource(folder.Write("images", Pack(Images(), gzip)), folder.Write("labels", Pack(Labels(), gzip)));

        var records = RecordSources.ReadAll(source);

        Assert.Equal(9, source.RecordLength);
        Assert.Equal(Enumerable.Range(0, 3).SelectMany(i => Pixels.Skip(i * 8).Take(8).Prepend(Digits[i])), records);
    }

    [Fact]
    public void Decode_OfRecords_ScalesPixelsByTheir255th()
    {
        using var folder = new TempFolder();
        using var source = new IdxRecordSource(folder.Write("images", Images()), folder.Write("labels", Labels()));
        var data = DataSet.FromRecords(DataSchema.Parse(source.Schema.Span), RecordSources.ReadAll(source), []);
        var row = new float[8];

        data.Train.CopyFeatures(1, row);

        Assert.Equal([3f, 0f, 9f], data.Train.Labels.ToArray());
        Assert.Equal(Pixels.Skip(8).Take(8).Select(p => p / 255f), row, new Near());
    }

    [Theory]
    [InlineData("magic")]
    [InlineData("truncated")]
    [InlineData("trailing")]
    [InlineData("count")]
    [InlineData("label")]
    public void Read_DamagedFiles_SaysWhichFileAndWhat(string damage)
    {
        using var folder = new TempFolder();
        var (images, labels) = (Images(), Labels());
        switch (damage)
        {
            case "magic": images[3] = 1; break;
            case "truncated": images = images[..^1]; break;
            case "trailing": images = [.. images, 1]; break;
            case "count": labels = [.. labels[..7], 2, .. labels[8..^1]]; break;
            case "label": labels[^1] = 10; break;
            default: throw new ArgumentOutOfRangeException(nameof(damage));
        }

        var error = Assert.Throws<InvalidDataException>(() =>
        {
            using var source = new IdxRecordSource(folder.Write("images", images), folder.Write("labels", labels));
            RecordSources.ReadAll(source);
        });

        Assert.Contains(damage is "label" ? "labels" : "images", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false, 60_000, 1_567_298_545L, "5041921314")]
    [InlineData(true, 10_000, 264_923_200L, "7210414959")]
    public void Mnist_AsPublished_HasItsCountsPixelSumAndFirstLabels(bool test, int count, long pixelSum, string firstLabels)
    {
        using var source = IdxRecordSource.Mnist(SharedData.PathOf("mnist"), test);
        var record = new byte[source.RecordLength];
        var (read, sum, labels) = (0, 0L, "");
        for (; source.TryRead(record); read++)
        {
            labels += read < 10 ? record[0].ToString() : "";
            foreach (var pixel in record.AsSpan(1))
            {
                sum += pixel;
            }
        }

        Assert.Equal((count, pixelSum, firstLabels), (read, sum, labels));
    }

    private static byte[] Images() => [.. Header(2051, 3, 2, 4), .. Pixels];

    private static byte[] Labels() => [.. Header(2049, 3), .. Digits];

    private static byte[] Header(params int[] numbers)
    {
        var bytes = new byte[numbers.Length * 4];
        for (var i = 0; i < numbers.Length; i++)
        {
            BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(i * 4), numbers[i]);
        }

        return bytes;
    }

    private static byte[] Pack(byte[] bytes, bool gzip)
    {
        if (!gzip)
        {
            return bytes;
        }

        using var packed = new MemoryStream();
        using (var stream = new GZipStream(packed, CompressionLevel.Fastest))
        {
            stream.Write(bytes);
        }

        return packed.ToArray();
    }

    private sealed class Near : IEqualityComparer<float>
    {
        public bool Equals(float x, float y) => Math.Abs(x - y) < 1e-6;

        public int GetHashCode(float obj) => 0;
    }
}
