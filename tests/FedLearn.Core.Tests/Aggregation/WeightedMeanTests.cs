using System.Numerics;
using CsCheck;
using FedLearn.Core.Aggregation;

namespace FedLearn.Core.Tests.Aggregation;

/// <summary>The fold goes in the order of the calls; bringing the clients in canonical order is the caller's part.</summary>
public class WeightedMeanTests
{
    private static readonly Gen<float> Value = Gen.OneOf(Gen.Float[-1, 1], Gen.Float[-1e6f, 1e6f], Gen.Float[-1e-6f, 1e-6f], Gen.Const(-0f), Gen.Const(1e-40f));

    /// <summary>Clients' deltas, one array each and all of one length, and their examples.</summary>
    private static Gen<(float[][] Deltas, long[] Examples)> Clients(int most, int length, long mostExamples) =>
        from count in Gen.Int[1, most]
        from size in Gen.Int[0, length]
        from deltas in Value.Array[size].Array[count]
        from examples in Gen.Long[1, mostExamples].Array[count]
        select (deltas, examples);

    [Fact]
    public void Mean_AnyUpdates_IsWithinRoundingOfTheExactMean() =>
        Clients(most: 12, length: 20, mostExamples: 100_000_000).Sample(
            (deltas, examples) =>
            {
                var mean = MeanOf(deltas, examples);
                for (var i = 0; i < mean.Length; i++)
                {
                    var magnitude = deltas.Zip(examples, (d, n) => Math.Abs((double)d[i]) * n).Sum() / examples.Sum(n => (double)n);
                    var error = Math.Abs(mean[i] - Exact(deltas.Select(d => d[i]), examples));
                    Assert.True(error <= (deltas.Length + 2) * Math.Pow(2, -53) * magnitude, $"off by {error} at magnitude {magnitude}");
                }
            },
            iter: 1000);

    [Fact]
    public void Add_FourAtOnce_IsBitForBitOneByOne()
    {
        for (var length = 0; length <= 67; length++)
        {
            var random = new Random(length);
            var deltas = Enumerable.Range(0, 4).Select(_ => Draw(random, length)).ToArray();
            double[] weights = [random.Next(1, 9999), 1, random.NextDouble() * 1e9, 3];
            var start = Enumerable.Range(0, length).Select(_ => (random.NextDouble() - 0.5) * 1e5).ToArray();
            var (fused, single) = ((double[])start.Clone(), (double[])start.Clone());

            WeightedMean.Add(fused, deltas[0], deltas[1], deltas[2], deltas[3], weights);
            for (var k = 0; k < 4; k++)
            {
                WeightedMean.Add(single, deltas[k], weights[k]);
            }

            AssertSameBits(single, fused);
        }
    }

    [Fact]
    public void Add_AnyCutIntoBlocks_GivesTheSameBits() =>
        (from clients in Clients(most: 9, length: 70, mostExamples: 1000)
         from cut in Gen.Int[1, 70]
         select (clients, cut)).Sample(
            (clients, cut) =>
            {
                var whole = MeanOf(clients.Deltas, clients.Examples);
                var pieces = new List<double>();
                for (var from = 0; from < whole.Length; from += cut)
                {
                    var to = Math.Min(whole.Length, from + cut);
                    pieces.AddRange(MeanOf([.. clients.Deltas.Select(d => d[from..to])], clients.Examples));
                }

                AssertSameBits(whole, [.. pieces]);
            },
            iter: 500);

    [Fact]
    public void Mean_EqualUpdates_IsExactlyThatUpdate() =>
        (from delta in Value.Array[0, 40]
         from examples in Gen.Long[1, 1_000_000].Array[1, 30]
         select (delta, examples)).Sample(
            (delta, examples) =>
            {
                // A delta has 24 bits and the total here at most 25, so that every sum is exact, and so is the division.
                var mean = MeanOf([.. examples.Select(_ => delta)], examples);
                Assert.Equal(delta.Select(d => (double)d), mean);
            },
            iter: 300);

    [Fact]
    public void Mean_OneClient_IsExactlyItsDelta() =>
        Gen.Select(Value.Array[0, 40], Gen.Long[1, 100_000_000]).Sample(
            (delta, examples) => Assert.Equal(delta.Select(d => (double)d), MeanOf([delta], [examples])),
            iter: 300);

    [Fact]
    public void Add_ANonFiniteDelta_ShowsInTheSum()
    {
        var sum = new double[5];
        WeightedMean.Add(sum, [0, float.NaN, 1, 2, float.PositiveInfinity], 2);
        Assert.Equal([0, double.NaN, 2, 4, double.PositiveInfinity], sum);
    }

    [Fact]
    public void Add_LengthsDiffer_Throws()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => WeightedMean.Add(new double[3], new float[4], 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => WeightedMean.Add(new double[3], new float[3], new float[3], new float[3], new float[2], new double[4]));
        Assert.Throws<ArgumentOutOfRangeException>(() => WeightedMean.Add(new double[3], new float[3], new float[3], new float[3], new float[3], new double[3]));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    public void Divide_NoWeight_Throws(double total) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => WeightedMean.Divide(new double[3], total));

    /// <summary>As the coordinator does it: four at a time, the rest one by one.</summary>
    internal static double[] MeanOf(float[][] deltas, long[] examples)
    {
        var sum = new double[deltas[0].Length];
        var k = 0;
        for (; k + 4 <= deltas.Length; k += 4)
        {
            WeightedMean.Add(sum, deltas[k], deltas[k + 1], deltas[k + 2], deltas[k + 3], [.. examples[k..(k + 4)].Select(n => (double)n)]);
        }

        for (; k < deltas.Length; k++)
        {
            WeightedMean.Add(sum, deltas[k], examples[k]);
        }

        WeightedMean.Divide(sum, examples.Sum());
        return sum;
    }

    /// <summary>The mean in integers: every float is a whole number of 2^-149, and so is the sum; one rounding at the end.</summary>
    private static double Exact(IEnumerable<float> values, long[] examples)
    {
        var sum = values.Zip(examples, (v, n) => Scaled(v) * n).Aggregate(BigInteger.Zero, (a, b) => a + b);
        var total = new BigInteger(examples.Sum());
        var quotient = BigInteger.Divide(sum << 80, total);
        return Math.ScaleB((double)quotient, -149 - 80);
    }

    private static BigInteger Scaled(float value)
    {
        var bits = BitConverter.SingleToUInt32Bits(value);
        var exponent = (int)(bits >> 23 & 0xff);
        var mantissa = new BigInteger(bits & 0x7fffff | (exponent == 0 ? 0u : 0x800000u));
        var magnitude = mantissa << Math.Max(0, exponent - 1);
        return float.IsNegative(value) ? -magnitude : magnitude;
    }

    private static float[] Draw(Random random, int length) => [.. Enumerable.Range(0, length).Select(_ => (random.NextSingle() - 0.5f) * 1000)];

    private static void AssertSameBits(double[] expected, double[] actual) =>
        Assert.Equal(expected.Select(BitConverter.DoubleToInt64Bits), actual.Select(BitConverter.DoubleToInt64Bits));
}
