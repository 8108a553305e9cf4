using System.Buffers.Binary;
using CsCheck;
using FedLearn.Core.Encodings;

namespace FedLearn.Core.Tests.Encodings;

public class TopKEncodingTests
{
    [Fact]
    public void Encode_AnyValues_TakesTheLargestAndOfEqualOnesTheFirst() =>
        Gen.Select(Gen.OneOf(Gen.Float[-3f, 3f], Gen.Int[-3, 3].Select(i => (float)i)).Array[1, 400], Gen.Double[0.001, 1]).Sample((values, share) =>
        {
            var encoding = new TopKEncoding(share);
            var decoded = encoding.Decode(encoding.Encode(values), values.Length);
            var largest = values.Index().OrderByDescending(v => Math.Abs(v.Item)).Take((int)Math.Ceiling(share * values.Length)).Select(v => v.Index).ToHashSet();
            Assert.Equal(values.Select((v, i) => largest.Contains(i) ? v : 0), decoded);
        });

    [Fact]
    public void Encode_AnyVector_LeavesOutAtMostItsShareOfTheSquares()
    {
        var values = Codecs.Gaussian(300_000, 9);
        foreach (var share in (double[])[0.01, 0.1, 0.5])
        {
            var encoding = new TopKEncoding(share);
            var left = values.Zip(encoding.Decode(encoding.Encode(values), values.Length), (v, d) => (double)v - d).Sum(e => e * e);
            Assert.InRange(left, 0, (1 - share) * values.Sum(v => (double)v * v));
        }
    }

    [Theory]
    [InlineData(8, 3u, "expected 4 to 9")] // the place before: 3
    [InlineData(0, 10u, "expected 0 to 9")]
    [InlineData(8, uint.MaxValue, "expected 4 to 9")]
    public void Measure_APlaceThatDoesNotRiseWithinTheBlock_IsAMistake(int at, uint place, string expected)
    {
        var encoding = new TopKEncoding(0.3);
        var bytes = encoding.Encode([0, 0, 0, 5, 0, 6, 0, 7, 0, 0]);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(at), place);
        Assert.Contains(expected, encoding.Measured(bytes, 10, 100).Mistake);
    }

    [Fact]
    public void Measure_AValueThatIsNone_IsAMistake()
    {
        var encoding = new TopKEncoding(0.3);
        var bytes = encoding.Encode([0, 0, 0, 5, 0, 6, 0, 7, 0, 0]);
        BinaryPrimitives.WriteSingleLittleEndian(bytes.AsSpan(12), float.NaN);
        Assert.Contains("NaN or Inf", encoding.Measured(bytes, 10, 100).Mistake);
    }

    [Fact]
    public void Decode_PlacesThatDoNotRise_StaysWithinThePiece()
    {
        var encoding = new TopKEncoding(1);
        var bytes = encoding.Encode(Codecs.Gaussian(2048, 1));
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(8 * 1500), 3);
        Assert.Equal(2048, encoding.Decode(bytes, 2048, 1024).Length);
    }
}
