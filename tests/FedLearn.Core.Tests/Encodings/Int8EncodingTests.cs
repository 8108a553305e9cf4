using System.Buffers.Binary;
using CsCheck;
using FedLearn.Core.Encodings;

namespace FedLearn.Core.Tests.Encodings;

public class Int8EncodingTests
{
    private static readonly Int8Encoding s_encoding = new();

    [Fact]
    public void Encode_AnyValues_ErrorIsBelowTheScale() =>
        Gen.Select(Gen.Float[-1e30f, 1e30f].Array[1, 2500], Gen.ULong).Sample((values, key) =>
        {
            var encoded = s_encoding.Encode(values, key);
            var decoded = s_encoding.Decode(encoded, values.Length);
            foreach (var (i, group) in values.Chunk(Int8Encoding.Group).Index())
            {
                var scale = BinaryPrimitives.ReadSingleLittleEndian(encoded.AsSpan(i * s_encoding.UnitBytes));
                Assert.InRange(scale, group.Max(Math.Abs) / (double)Int8Encoding.Largest, float.BitIncrement(group.Max(Math.Abs) / Int8Encoding.Largest));

                // q s is off by less than s, and its rounding to float32 by 2^-24 of itself at most.
                var bound = scale * (1 + (Int8Encoding.Largest * Math.Pow(2, -24)));
                for (var k = 0; k < group.Length; k++)
                {
                    Assert.InRange(Math.Abs(group[k] - (double)decoded[(i * Int8Encoding.Group) + k]), 0, bound);
                }
            }
        });

    [Fact]
    public void Encode_MultiplesOfTheScale_AreExact()
    {
        float[] values = [127, 5, -127, 0, 64, -1];
        Assert.Equal(values, s_encoding.Decode(s_encoding.Encode(values), values.Length));
    }

    [Fact]
    public void Encode_ManyTimes_IsUnbiasedWithinTheClosedFormVariance()
    {
        // A value at the share p between two steps goes up with probability p: variance s^2 p (1 - p). Mean of n draws: five deviations.
        const int draws = 20_000;
        float[] values = [127, 0.1f, 0.5f, 3.25f, -7.75f, -126.999f, 100.9f, 1e-3f];
        var sums = new double[values.Length];
        for (var draw = 0; draw < draws; draw++)
        {
            var decoded = s_encoding.Decode(s_encoding.Encode(values, (ulong)draw * 7919), values.Length);
            for (var i = 0; i < values.Length; i++)
            {
                sums[i] += decoded[i];
            }
        }

        for (var i = 0; i < values.Length; i++)
        {
            var p = values[i] - Math.Floor(values[i]);
            Assert.InRange(Math.Abs((sums[i] / draws) - values[i]), 0, (5 * Math.Sqrt(p * (1 - p) / draws)) + 1e-9);
        }
    }

    [Fact]
    public void Encode_AGaussianVector_MeanSquaredErrorIsWithinAQuarterOfTheSquaredScale()
    {
        var values = Codecs.Gaussian(100 * Int8Encoding.Group, 5);
        var decoded = s_encoding.Decode(s_encoding.Encode(values), values.Length);
        var scales = values.Chunk(Int8Encoding.Group).Select(g => g.Max(Math.Abs) / (double)Int8Encoding.Largest);
        var errors = values.Zip(decoded, (v, d) => (double)v - d).ToArray();
        Assert.True(errors.Average(e => e * e) <= scales.Average(s => s * s) / 4);
        Assert.InRange(errors.Average(), -5 * scales.Max() / 2 / Math.Sqrt(values.Length), 5 * scales.Max() / 2 / Math.Sqrt(values.Length));
    }

    [Fact]
    public void Encode_SameDraws_GivesTheSameBytes()
    {
        var values = Codecs.Gaussian(5000, 6);
        Assert.Equal(s_encoding.Encode(values, 3), s_encoding.Encode(values, 3));
        Assert.NotEqual(s_encoding.Encode(values, 3), s_encoding.Encode(values, 4));
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    [InlineData(-1f)]
    [InlineData(3e36f)]
    public void Measure_AScaleThatIsNone_IsAMistake(float scale)
    {
        var bytes = s_encoding.Encode(Codecs.Gaussian(2000, 8));
        BinaryPrimitives.WriteSingleLittleEndian(bytes.AsSpan(s_encoding.UnitBytes), scale);
        Assert.Contains("expected a float32 of at least 0", s_encoding.Measured(bytes, 2000, 100).Mistake);
    }

    [Fact]
    public void Measure_MinusOneHundredAndTwentyEight_IsAMistake()
    {
        var bytes = s_encoding.Encode(Codecs.Gaussian(2000, 8));
        bytes[1500] = 0x80;
        Assert.Contains("expected -127 to 127", s_encoding.Measured(bytes, 2000, 100).Mistake);
    }
}
