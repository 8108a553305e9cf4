using CsCheck;
using FedLearn.Core.Aggregation;

namespace FedLearn.Core.Tests.Aggregation;

/// <summary>scaffold: its two means and the clients' side.</summary>
public class ControlVariatesTests
{
    private static readonly Gen<float[][]> Updates =
        from count in Gen.Int[1, 9]
        from size in Gen.Int[1, 40]
        from deltas in Gen.Float[-1, 1].Array[size].Array[count]
        select deltas;

    [Theory]
    [InlineData(0, 2)]
    [InlineData(2, 2)]
    [InlineData(3, 3)]
    [InlineData(40, 40)]
    public void ClientMean_ByHand(int clients, double divisor) =>
        Assert.Equal([5 / divisor, -2 / divisor], Aggregate(new ClientMean(clients), [[1, 2], [4, -4]], [1, 1000]));

    [Fact]
    public void ClientMean_OtherOrder_GivesTheSame() =>
        Gen.Select(Updates, Gen.Int[0, 20], Gen.Int).Sample((updates, clients, seed) =>
        {
            var shuffled = updates.ToArray();
            new Random(seed).Shuffle(shuffled);
            AssertClose(Aggregate(new ClientMean(clients), updates), Aggregate(new ClientMean(clients), shuffled), 1e-14);
        });

    [Fact]
    public void ClientMean_AllEqual_IsThatUpdate() =>
        Updates.Sample(updates => AssertClose(
            [.. updates[0].Select(v => (double)v)], Aggregate(new ClientMean(0), [.. updates.Select(_ => updates[0])]), 1e-14));

    [Fact]
    public void Delta_ByHand()
    {
        var delta = new float[2];

        // K eta = 4 * 0.5: (1 - 0) / 2 - 0.25 and (2 - 6) / 2 + 1.
        ControlVariates.Delta([1, 2], [0, 6], [0.25f, -1], 4, 0.5, delta);

        Assert.Equal([0.25f, -1], delta);
    }

    [Fact]
    public void Delta_ConstantGradient_LeavesTheOwnControlAtIt() =>
        Gen.Select(Gen.Double[-3, 3], Gen.Float[-3, 3], Gen.Float[-3, 3], Gen.Int[1, 50]).Sample((gradient, server, own, steps) =>
        {
            const double rate = 0.01;
            float[] delta = [0], correction = [0];
            ControlVariates.Correct([server], [own], correction);
            var y = 2.0;
            for (var step = 0; step < steps; step++)
            {
                y -= rate * (gradient + correction[0]);
            }

            ControlVariates.Delta([2], [(float)y], [server], steps, rate, delta);

            // c_i+ is the mean of g + c - c_i over the steps, less c, plus c_i: the mean gradient. Rounding y to float32 costs 1e-7 / (K eta).
            Assert.Equal(gradient, own + delta[0], 1e-6 / (steps * rate));
        });

    [Theory]
    [InlineData(0, 0.1)]
    [InlineData(1, 0)]
    public void Delta_NoStepOrNoRate_Throws(long steps, double rate) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => ControlVariates.Delta([1], [1], [0], steps, rate, new float[1]));

    [Fact]
    public void Rounds_AnyCohorts_KeepTheServersControlAtTheMeanOfTheClients() =>
        Gen.Select(Gen.Int[1, 6], Gen.Int).Sample((clients, seed) =>
        {
            var random = new Random(seed);
            float[] server = [0];
            var own = new float[clients];
            for (var round = 0; round < 20; round++)
            {
                var cohort = Enumerable.Range(0, clients).Where(_ => random.Next(2) == 0).DefaultIfEmpty(0).ToList();
                var deltas = cohort.Select(_ => new[] { random.NextSingle() - 0.5f }).ToArray();
                ControlVariates.Step(server, Aggregate(new ClientMean(clients), deltas));
                cohort.ForEach(k => own[k] += deltas[cohort.IndexOf(k)][0]);
            }

            Assert.Equal(own.Average(c => (double)c), server[0], 1e-5);
        });

    private static double[] Aggregate(IAggregationRule rule, float[][] deltas, double[]? weights = null)
    {
        var aggregate = new double[deltas[0].Length];
        new MemoryUpdates([.. deltas.Select(d => (ReadOnlyMemory<float>)d)], weights ?? [.. deltas.Select(_ => 1.0)]).Aggregate(rule, aggregate);
        return aggregate;
    }

    private static void AssertClose(double[] expected, double[] actual, double tolerance) =>
        Assert.All(expected.Zip(actual), v => Assert.Equal(v.First, v.Second, tolerance));
}
