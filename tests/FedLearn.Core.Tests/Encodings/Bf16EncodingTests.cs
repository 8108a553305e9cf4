using CsCheck;
using FedLearn.Core.Encodings;

namespace FedLearn.Core.Tests.Encodings;

public class Bf16EncodingTests
{
    [Theory]
    [InlineData(1f, 1f)]
    [InlineData(1.00390625f, 1f)] // 1 + 2^-8, between 1 and 1 + 2^-7: to the even one
    [InlineData(1.01171875f, 1.015625f)] // 1 + 3 * 2^-8, between 1 + 2^-7 and 1 + 2^-6: to the even one
    [InlineData(1.0039064f, 1.0078125f)] // a little above the middle
    [InlineData(-3.1415927f, -3.140625f)]
    [InlineData(0f, 0f)]
    public void Encode_AValue_GoesToTheNearestAndInTheMiddleToTheEvenOne(float value, float expected) =>
        Assert.Equal(expected, RoundTrip(value));

    [Fact]
    public void Encode_NormalValues_ErrorIsWithinTwoToTheMinusEight() =>
        Gen.Float[-1e30f, 1e30f].Where(v => Math.Abs(v) > 1e-30f).Sample(v => Math.Abs((double)RoundTrip(v) - v) <= Math.Abs((double)v) / 256);

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    public void Measure_NotFinite_IsAMistake(float value) =>
        Assert.Contains("NaN or Inf", new Bf16Encoding().Measured(new Bf16Encoding().Encode([1, value, 2]), 3, 100).Mistake);

    private static float RoundTrip(float value) => new Bf16Encoding().Decode(new Bf16Encoding().Encode([value]), 1)[0];
}
