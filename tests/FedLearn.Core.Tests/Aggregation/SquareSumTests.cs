using CsCheck;
using FedLearn.Core.Aggregation;

namespace FedLearn.Core.Tests.Aggregation;

public class SquareSumTests
{
    [Fact]
    public void Add_AnyCuts_GivesTheSameBits() =>
        Gen.Select(Gen.Float[-1e10f, 1e10f].Array[0, 300], Gen.Int[1, 70]).Sample((values, step) =>
        {
            var sum = new SquareSum();
            foreach (var piece in values.Chunk(step))
            {
                sum.Add(piece);
            }

            Assert.Equal(BitConverter.DoubleToInt64Bits(SquareSum.Of(values)), BitConverter.DoubleToInt64Bits(sum.Total));
        });

    [Fact]
    public void Of_AnyValues_IsTheirSumOfSquares() =>
        Gen.Float[-100f, 100f].Array[0, 300].Sample(values => Assert.Equal(values.Sum(v => (double)v * v), SquareSum.Of(values), 1e-6));

    [Fact]
    public void Of_LargestValues_IsFinite() =>
        Assert.True(double.IsFinite(SquareSum.Of([.. Enumerable.Repeat(float.MaxValue, 1000)])));

    [Fact]
    public void Of_OneValueNotFinite_IsNotFinite()
    {
        foreach (var bad in (float[])[float.NaN, float.PositiveInfinity, float.NegativeInfinity])
        {
            for (var at = 0; at < 40; at++)
            {
                var values = new float[40];
                values[at] = bad;
                Assert.False(double.IsFinite(SquareSum.Of(values)), $"{bad} at {at}");
            }
        }
    }
}
