using FedLearn.Core.Aggregation;
using FedLearn.Core.Models;
using FedLearn.Core.Specs;
using FedLearn.Training.Simulation.Attacks;

namespace FedLearn.Training.Tests.Simulation;

public class AttackTests
{
    private static SeededRandom Chance() => SeededRandom.For("test", 1);

    private static float[][] Forge(IAttack attack, float[][] hostile, float[][] honest)
    {
        attack.Forge(hostile, honest, Chance());
        return hostile;
    }

    [Fact]
    public void SignFlip_OwnDeltas_AreTurnedAround() =>
        Assert.Equal([[-2, 4], [-6, 0]], Forge(new SignFlip(2), [[1, -2], [3, 0]], [[9, 9]]));

    [Fact]
    public void InnerProduct_AllHostile_SendTheMeanTurnedAround() =>
        Assert.Equal([[-1, 0.5f], [-1, 0.5f]], Forge(new InnerProduct(0.5), [[7, 7], [8, 8]], [[1, -1], [3, -1]]));

    // Five updates, two of them hostile: s = 3 - 2 = 1 and Phi(z) = (5 - 2 - 1) / (5 - 2) = 2/3, z = 0.4307; honest mean 2, deviation sqrt(2/3).
    [Fact]
    public void LittleIsEnough_AllHostile_SendTheMeanLessZDeviations()
    {
        var sent = Forge(new LittleIsEnough(1), [[0], [0]], [[1], [2], [3]]);

        Assert.Equal(2 - (0.4307 * Math.Sqrt(2.0 / 3)), sent[0][0], 4);
        Assert.Equal(sent[0], sent[1]);
    }

    // Values of a normal table.
    [Theory]
    [InlineData(50, 24, 1.4261)]
    [InlineData(50, 20, 0.8416)]
    [InlineData(50, 10, 0.2533)]
    [InlineData(10, 1, 0)]
    public void LittleIsEnoughZ_AsInThePaper_IsTheNormalQuantile(int updates, int hostile, double z) =>
        Assert.Equal(z, LittleIsEnough.Z(updates, hostile), 4);

    [Fact]
    public void Gaussian_ManyCoordinates_HasItsDeviationAndItsSeed()
    {
        var sent = Forge(new GaussianNoise(3), [new float[20_000]], [[0]])[0];

        Assert.Equal(3, Math.Sqrt(sent.Average(v => (double)v * v)), 1);
        Assert.Equal(0, sent.Average(), 1);
        Assert.Equal(sent, Forge(new GaussianNoise(3), [new float[20_000]], [[0]])[0]);
    }

    // Nine honest updates near 1 in all coordinates, and two hostile ones. Attacks of this strength lead the mean astray.
    [Theory]
    [InlineData("signFlip", 20)]
    [InlineData("gaussian", 100)]
    [InlineData("innerProduct", 20)]
    public void Rules_UnderAttack_HoldWhereTheMeanDoesNot(string attack, double strength)
    {
        var adversary = new Adversary(attack, 0.2, strength);
        var chance = Chance();
        var deltas = Enumerable.Range(0, 11).Select(_ => Enumerable.Range(0, 50).Select(_ => 1 + (0.1f * (float)chance.NextGaussian())).ToArray()).ToArray();
        adversary.Forge(deltas, [.. deltas.Select((_, k) => k % 5 == 0 && k < 10)], seed: 1, round: 1);

        foreach (var kind in StrategyKinds.All.Where(k => k.Fields.Contains("strategy.byzantine")).Select(k => k.Name))
        {
            Assert.InRange(FarthestFromOne(new StrategySpec { Kind = kind, Byzantine = 2, Iterations = 20 }, deltas), 0, 0.5);
        }

        Assert.True(FarthestFromOne(new StrategySpec(), deltas) > 2);
    }

    [Fact]
    public void Among_AnyOrderOfClients_AreTheSameShare()
    {
        var ids = Enumerable.Range(0, 50).Select(i => $"c{i:00}").ToArray();

        var hostile = new Adversary("signFlip", 0.2, 1).Among(ids, seed: 3);

        Assert.Equal(10, hostile.Count);
        Assert.Equal(hostile, new Adversary("signFlip", 0.2, 1).Among(ids.Reverse(), seed: 3));
        Assert.NotEqual(hostile, new Adversary("signFlip", 0.2, 1).Among(ids, seed: 4));
    }

    [Theory]
    [InlineData("signflip:0.2")]
    [InlineData("signFlip")]
    [InlineData("signFlip:1")]
    [InlineData("signFlip:0.2:0")]
    [InlineData("labelFlip:0.2:2")]
    [InlineData("none:0.2")]
    public void Parse_NoAttack_SaysWhatWasExpected(string text) =>
        Assert.Contains("signFlip", Assert.Throws<InvalidDataException>(() => Adversary.Parse(text)).Message, StringComparison.Ordinal);

    [Fact]
    public void Parse_AnAttack_TakesItsShareAndStrength()
    {
        Assert.Equal(new Adversary("innerProduct", 0.4, 10), Adversary.Parse("innerProduct:0.4:10"));
        Assert.Equal(new Adversary("labelFlip", 0.1, 1), Adversary.Parse("labelFlip:0.1"));
        Assert.Equal(Adversary.None, Adversary.Parse("none"));
    }

    private static double FarthestFromOne(StrategySpec strategy, float[][] deltas)
    {
        var aggregate = new double[deltas[0].Length];
        new MemoryUpdates([.. deltas.Select(d => (ReadOnlyMemory<float>)d)], [.. deltas.Select(_ => 1.0)]).Aggregate(StrategyKinds.RuleOf(strategy), aggregate);
        return aggregate.Max(v => Math.Abs(v - 1));
    }
}
