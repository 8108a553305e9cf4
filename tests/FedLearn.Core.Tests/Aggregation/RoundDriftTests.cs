using CsCheck;
using FedLearn.Core.Aggregation;
using FedLearn.Core.Tests.Encodings;

namespace FedLearn.Core.Tests.Aggregation;

public class RoundDriftTests
{
    [Fact]
    public void Of_TwoAtARightAngle_IsTheClosedForm()
    {
        // The mean of (3, 0) once and (0, 4) three times is (0.75, 3).
        var drift = Of([[3, 0], [0, 4]], [1, 3]);

        var norm = Math.Sqrt((0.75 * 0.75) + 9);
        Assert.Equal(norm, drift.MeanNorm, 1e-12);
        Assert.Equal([0.75 / norm, 3 / norm], drift.Clients.Select(c => c.Cosine), (a, b) => Math.Abs(a - b) < 1e-12);
        Assert.Equal([3, 4], drift.Clients.Select(c => c.Norm));
        Assert.Equal((3, 4, 0), (drift.LeastNorm, drift.LargestNorm, drift.Farthest));
        Assert.Equal((0.75 + 3) / norm / 2, drift.MeanCosine, 1e-12);
    }

    [Fact]
    public void Of_EqualUpdates_HaveCosineOne() =>
        Assert.All(Of([[1, -2, 3], [1, -2, 3], [1, -2, 3]], [1, 5, 2]).Clients, c => Assert.Equal(1, c.Cosine, 1e-12));

    [Fact]
    public void Of_OppositeUpdates_PointBothWays() =>
        Assert.Equal([1, -1], Of([[2, 2], [-1, -1]], [1, 1]).Clients.Select(c => c.Cosine), (a, b) => Math.Abs(a - b) < 1e-12);

    [Fact]
    public void Of_ZeroUpdatesAndZeroMeans_HaveCosineZero()
    {
        Assert.Equal(0, Of([[0, 0], [1, 1]], [1, 1]).Clients[0].Cosine);
        Assert.All(Of([[1, 2], [-1, -2]], [1, 1]).Clients, c => Assert.Equal(0, c.Cosine));
    }

    [Fact]
    public void Of_AnyRound_IsTheTextbooksFormula() =>
        Gen.Select(Gen.Int[1, 8], Gen.Int[1, 3000], Gen.Int[0, 1000]).Sample(
            (clients, length, seed) =>
            {
                float[][] deltas = [.. Enumerable.Range(0, clients).Select(k => Codecs.Gaussian(length, seed + k))];
                double[] weights = [.. Enumerable.Range(1, clients).Select(k => (double)k)];
                var mean = Enumerable.Range(0, length).Select(i => deltas.Zip(weights, (d, w) => d[i] * w).Sum() / weights.Sum()).ToArray();
                var drift = Of(deltas, weights);
                for (var k = 0; k < clients; k++)
                {
                    var product = deltas[k].Zip(mean, (d, m) => d * m).Sum();
                    Assert.Equal(product / Norm(deltas[k].Select(v => (double)v)) / Norm(mean), drift.Clients[k].Cosine, 1e-9);
                }
            },
            iter: 100);

    [Fact]
    public void Of_ManyClientsOfLikeNoise_HaveCosinesOfOneOverTheRootOfTheirNumber()
    {
        // Independent directions in a space of many dimensions: D_k times the mean is |D_k|^2 / n, and the mean is 1 / sqrt(n) as long.
        var drift = Of([.. Enumerable.Range(0, 25).Select(k => Codecs.Gaussian(40_000, k))], [.. Enumerable.Repeat(1.0, 25)]);

        Assert.Equal(1 / Math.Sqrt(25), drift.MeanCosine, 0.01);
    }

    private static RoundDrift Of(float[][] deltas, double[] weights) =>
        RoundDrift.Of(new MemoryUpdates([.. deltas.Select(d => (ReadOnlyMemory<float>)d)], weights));

    private static double Norm(IEnumerable<double> values) => Math.Sqrt(values.Sum(v => v * v));
}
