using CsCheck;
using FedLearn.Core.Aggregation;

namespace FedLearn.Core.Tests.Aggregation;

/// <summary>fednova and qfedavg.</summary>
public class MeansTests
{
    private static readonly Gen<(float[][] Deltas, UpdateFacts[] Facts)> Rounds =
        from count in Gen.Int[1, 9]
        from size in Gen.Int[1, 40]
        from deltas in Gen.Float[-1, 1].Array[size].Array[count]
        from facts in Gen.Select(Gen.Int[1, 1000], Gen.Double[0.5, 200], Gen.Double[0, 5]).Array[count]
        select (deltas, facts.Select(f => new UpdateFacts(f.Item1, 0) { LocalWork = f.Item2, BaseLoss = f.Item3, LearningRate = 0.1 }).ToArray());

    private static readonly Gen<IAggregationRule> Rules = Gen.OneOf(
        Gen.Const((IAggregationRule)new NormalisedAverage()), Gen.Double[0, 5].Select(q => (IAggregationRule)new FairAverage(q)));

    [Fact]
    public void FedNova_ByHand()
    {
        UpdateFacts[] facts = [new(1, 0) { LocalWork = 2 }, new(3, 0) { LocalWork = 4 }];

        // p = 1/4 and 3/4; tau_eff = 2/4 + 12/4 = 3.5; 3.5 * (1/4 * [4, 0] / 2 + 3/4 * [8, -4] / 4).
        AssertClose([3.5 * (0.5 + 1.5), 3.5 * -0.75], Aggregate(new NormalisedAverage(), [[4, 0], [8, -4]], facts), 1e-15);
    }

    [Fact]
    public void FedNova_QuadraticsWithUnequalSteps_HaveTheFixedPointThatFedAvgMisses()
    {
        // F_k = (x - c_k)^2 / 2 with c = 0 and 1, equal examples, 1 and 9 steps of rate 0.01: the optimum of their mean is 1/2.
        var (fedAvg, fedNova) = (0.0f, 0.0f);
        for (var round = 0; round < 4000; round++)
        {
            fedAvg += (float)Move(new FederatedAverage(), fedAvg);
            fedNova += (float)Move(new NormalisedAverage(), fedNova);
        }

        // FedAvg's fixed point weighs each optimum by (1 - 0.99^steps).
        var (one, nine) = (1 - 0.99, 1 - Math.Pow(0.99, 9));
        Assert.Equal(nine / (one + nine), fedAvg, 1e-3);

        // FedNova's is off the optimum by the order of rate * steps.
        Assert.Equal(0.5, fedNova, 0.02);

        static double Move(IAggregationRule rule, double x) => Aggregate(
            rule,
            [[(float)(-x * (1 - 0.99))], [(float)((1 - x) * (1 - Math.Pow(0.99, 9)))]],
            [new(1, 0) { LocalWork = 1 }, new(1, 0) { LocalWork = 9 }])[0];
    }

    [Fact]
    public void FedNova_EqualSteps_IsFedAvg() =>
        Rounds.Sample((deltas, facts) =>
        {
            facts = [.. facts.Select(f => f with { LocalWork = facts[0].LocalWork })];
            AssertClose(Aggregate(new FederatedAverage(), deltas, facts), Aggregate(new NormalisedAverage(), deltas, facts), 1e-14);
        });

    [Fact]
    public void QFedAvg_ByHand()
    {
        UpdateFacts[] facts = [new(5, 0) { BaseLoss = 2, LearningRate = 0.5 }, new(1, 0) { BaseLoss = 3, LearningRate = 0.5 }];

        // q = 2, L = 2, squared norms 25 and 4: h = 2 * 2 * 2 * 25 + 4 = 204 and 2 * 3 * 2 * 4 + 9 = 57; numerator 4 * [3, 4] + 9 * [0, 2].
        AssertClose([12 / 261.0, 34 / 261.0], Aggregate(new FairAverage(2), [[3, 4], [0, 2]], facts), 1e-15);
    }

    [Fact]
    public void QFedAvg_QZero_IsTheUnweightedMean() =>
        Rounds.Sample((deltas, facts) =>
            AssertClose(
                Aggregate(new FederatedAverage(), deltas, [.. facts.Select(_ => new UpdateFacts(1, 0))]), Aggregate(new FairAverage(0), deltas, facts), 1e-14));

    [Fact]
    public void QFedAvg_LargeQ_FollowsTheClientOfTheLargestLoss()
    {
        var aggregate = Aggregate(new FairAverage(100), [[1, 0], [0, 1]], [new(1, 0) { BaseLoss = 1 }, new(1, 0) { BaseLoss = 2 }]);

        // 1 / (1 + 100 * 1 / 2) of its delta.
        AssertClose([0, 1 / 51.0], aggregate, 1e-12);
    }

    [Fact]
    public void QFedAvg_LossesAndRatesAtTheirEnds_StayFinite()
    {
        foreach (var (loss, rate, q) in new (double, double, double)[] { (0, 0.1, 0.5), (0, 0, 1), (1e300, 0.1, 100.0), (1e-300, 1e-300, 2.0) })
        {
            var facts = new UpdateFacts(1, 0) { BaseLoss = loss, LearningRate = rate };
            Assert.All(Aggregate(new FairAverage(q), [[1, 2], [0, 0]], [facts, facts]), v => Assert.True(double.IsFinite(v)));
        }
    }

    [Fact]
    public void Aggregate_NoStep_IsZero() =>
        Gen.Select(Rules, Rounds).Sample((rule, round) =>
            Assert.All(Aggregate(rule, [.. round.Deltas.Select(d => new float[d.Length])], round.Facts), v => Assert.Equal(0, v)));

    [Fact]
    public void FedNova_OneClientOrAllEqual_IsThatUpdate() =>
        Rounds.Sample((deltas, facts) =>
        {
            facts = [.. facts.Select(f => f with { LocalWork = facts[0].LocalWork })];
            AssertClose([.. deltas[0].Select(v => (double)v)], Aggregate(new NormalisedAverage(), [deltas[0]], facts[..1]), 1e-14);
            AssertClose([.. deltas[0].Select(v => (double)v)], Aggregate(new NormalisedAverage(), [.. deltas.Select(_ => deltas[0])], facts), 1e-14);
        });

    [Fact]
    public void QFedAvg_OneClientOrAllEqual_IsThatUpdateOverOnePlusTheCurvature() =>
        Gen.Select(Rounds, Gen.Double[0, 5]).Sample((round, q) =>
        {
            var (delta, facts) = (round.Deltas[0], round.Facts[0] with { BaseLoss = 2 });
            var expected = delta.Select(v => v / (1 + (q * delta.Sum(d => (double)d * d) / (0.1 * 2)))).ToArray();
            AssertClose(expected, Aggregate(new FairAverage(q), [delta], [facts]), 1e-12);
            AssertClose(expected, Aggregate(new FairAverage(q), [.. round.Deltas.Select(_ => delta)], [.. round.Facts.Select(_ => facts)]), 1e-12);
        });

    [Fact]
    public void Aggregate_OtherOrder_GivesTheSameButForRounding() =>
        Gen.Select(Rules, Rounds, Gen.Int).Sample((rule, round, seed) =>
        {
            var order = Enumerable.Range(0, round.Facts.Length).ToArray();
            new Random(seed).Shuffle(order);
            AssertClose(Aggregate(rule, round.Deltas, round.Facts), Aggregate(rule, [.. order.Select(k => round.Deltas[k])], [.. order.Select(k => round.Facts[k])]), 1e-11);
        });

    private static double[] Aggregate(IAggregationRule rule, float[][] deltas, UpdateFacts[] facts)
    {
        var aggregate = new double[deltas[0].Length];
        new MemoryUpdates([.. deltas.Select(d => new ReadOnlyMemory<float>(d))], facts).Aggregate(rule, aggregate);
        return aggregate;
    }

    private static void AssertClose(double[] expected, double[] actual, double tolerance)
    {
        Assert.Equal(expected.Length, actual.Length);
        foreach (var (e, a) in expected.Zip(actual))
        {
            Assert.Equal(e, a, tolerance * Math.Max(1, Math.Abs(e)));
        }
    }
}
