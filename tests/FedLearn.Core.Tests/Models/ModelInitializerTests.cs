using CsCheck;
using FedLearn.Core.Models;

namespace FedLearn.Core.Tests.Models;

public class ModelInitializerTests
{
    private static readonly ModelManifest Mixed = new(
    [
        new TensorSpec("a", InitRule.He, 33, 7),
        new TensorSpec("b", InitRule.Zeros, 33),
        new TensorSpec("c", InitRule.Glorot, 5, 33),
        new TensorSpec("d", new InitRule(InitKind.Normal, 0.3), 11),
    ]);

    private static float[] All(ModelManifest manifest, long seed)
    {
        var vector = new float[manifest.ElementCount];
        new ModelInitializer(manifest, seed).Fill(0, vector);
        return vector;
    }

    [Fact]
    public void Fill_AnyBlocks_GivesTheSameBits() =>
        Gen.Select(Gen.Long, Gen.Int[1, 50].Array[1, 20]).Sample((seed, sizes) =>
        {
            var initializer = new ModelInitializer(Mixed, seed);
            var vector = new float[Mixed.ElementCount];
            for (int at = 0, i = 0; at < vector.Length; i++)
            {
                var length = Math.Min(sizes[i % sizes.Length], vector.Length - at);
                initializer.Fill(at, vector.AsSpan(at, length));
                at += length;
            }

            Assert.Equal(All(Mixed, seed), vector);
        });

    [Fact]
    public void Fill_AnotherSeedOrTensor_GivesOtherValues()
    {
        var manifest = new ModelManifest([new TensorSpec("a", InitRule.He, 100), new TensorSpec("b", InitRule.He, 100)]);
        var vector = All(manifest, 1);

        Assert.Empty(vector.Take(100).Intersect(vector.Skip(100)));
        Assert.Empty(vector.Intersect(All(manifest, 2)));
    }

    /// <summary>
    /// Mean and variance against the closed form. The bounds are five standard errors: of the mean sigma/sqrt(n), of the variance
    /// sigma^2 sqrt((kurtosis - 1)/n), where the kurtosis is 3 for a normal and 9/5 for a uniform distribution.
    /// </summary>
    [Theory]
    [InlineData(InitKind.He, 2.0 / 1000, 3.0)]
    [InlineData(InitKind.Glorot, 2.0 / 1400, 1.8)]
    [InlineData(InitKind.Normal, 0.25, 3.0)]
    public void Fill_ManyValues_HaveTheRulesMeanAndVariance(InitKind kind, double variance, double kurtosis)
    {
        var values = All(new ModelManifest([new TensorSpec("w", new InitRule(kind, kind == InitKind.Normal ? 0.5 : 0), 400, 1000)]), 7);
        var n = (double)values.Length;
        var mean = values.Average(v => (double)v);
        var second = values.Average(v => (v - mean) * (v - mean));
        var fourth = values.Average(v => Math.Pow(v - mean, 4));

        Assert.InRange(mean, -5 * Math.Sqrt(variance / n), 5 * Math.Sqrt(variance / n));
        Assert.InRange(second / variance, 1 - (5 * Math.Sqrt((kurtosis - 1) / n)), 1 + (5 * Math.Sqrt((kurtosis - 1) / n)));
        Assert.InRange(fourth / (second * second), kurtosis - 0.05, kurtosis + 0.05);
    }

    [Fact]
    public void Fill_Normal_NeighboursAreUncorrelated()
    {
        var values = All(new ModelManifest([new TensorSpec("w", new InitRule(InitKind.Normal, 1), 200_000)]), 3);

        foreach (var lag in (int[])[1, 2, 3])
        {
            var correlation = Enumerable.Range(0, values.Length - lag).Average(i => (double)values[i] * values[i + lag]);
            Assert.InRange(correlation, -5 / Math.Sqrt(values.Length), 5 / Math.Sqrt(values.Length));
        }
    }

    [Fact]
    public void Fill_Glorot_StaysWithinItsLimit()
    {
        var limit = Math.Sqrt(6.0 / 70);
        var values = All(new ModelManifest([new TensorSpec("w", InitRule.Glorot, 50, 20)]), 3);

        Assert.All(values, v => Assert.InRange(v, -limit, limit));
        Assert.InRange(values.Max(), 0.98 * limit, limit);
    }

    [Fact]
    public void Fill_BeyondTheVector_Throws()
    {
        var initializer = new ModelInitializer(Mixed, 1);

        Assert.Throws<ArgumentOutOfRangeException>(() => initializer.Fill(Mixed.ElementCount - 1, new float[2]));
        Assert.Throws<ArgumentOutOfRangeException>(() => initializer.Fill(-1, new float[2]));
    }

    [Fact]
    public void Fill_DeepInAModelOfATerabyte_CostsOneBlock()
    {
        var manifest = new ModelManifest([new TensorSpec("w", new InitRule(InitKind.Normal, 1), 1L << 20, 1L << 18)]);
        var block = new float[4];

        new ModelInitializer(manifest, 1).Fill(manifest.ElementCount - 4, block);

        Assert.Equal(4, block.Distinct().Count());
    }
}
