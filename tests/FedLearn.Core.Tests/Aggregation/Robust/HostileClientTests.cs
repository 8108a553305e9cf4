using CsCheck;
using FedLearn.Core.Specs;

namespace FedLearn.Core.Tests.Aggregation.Robust;

/// <summary>What each rule promises where f clients send what they like.</summary>
public class HostileClientTests
{
    /// <summary>A round whose first f updates are hostile: everything that a float32 can say, or all the same huge thing.</summary>
    private static Gen<(RuleCase Round, float[][] Honest)> Attacked(string kind, Gen<float> hostile) =>
        from round in RuleCase.Of(kind, Gen.Int[1, 20])
        from together in Gen.Bool
        from values in hostile.Array[round.Strategy.Byzantine * round.Deltas[0].Length]
        let length = round.Deltas[0].Length
        let attacks = Enumerable.Range(0, round.Strategy.Byzantine).Select(k => values.Skip(together ? 0 : k * length).Take(length).ToArray()).ToArray()
        select (round with { Deltas = [.. attacks, .. round.Deltas[attacks.Length..]], Weights = [.. round.Weights.Select(_ => 1.0)] }, round.Deltas[attacks.Length..]);

    private static readonly Gen<float> Huge = Gen.Float[1e3f, 1e37f].Select(Gen.Bool, (v, negative) => negative ? -v : v);

    private static readonly Gen<float> Anything = Gen.OneOf(Gen.Float.Where(float.IsFinite), Gen.Float[-3, 3], Huge);

    [Theory]
    [InlineData("median")]
    [InlineData("trimmedMean")]
    public void ByCoordinate_AnythingFromHostileClients_StaysAmongTheHonestValues(string kind) =>
        Attacked(kind, Anything).Sample(a => AssertWithin(a.Honest, a.Round.Aggregate()));

    [Theory]
    [InlineData("krum")]
    [InlineData("multiKrum")]
    [InlineData("bulyan")]
    public void ByDistance_HugeUpdatesFromHostileClients_StaysAmongTheHonestValues(string kind) =>
        Attacked(kind, Huge).Sample(a => AssertWithin(a.Honest, a.Round.Aggregate()));

    [Fact]
    public void FedAvg_OneHugeUpdate_LeavesTheHonestValues() =>
        Assert.True(RuleCase.Aggregate(new StrategySpec(), [[1], [1], [1e30f]], [1, 1, 1])[0] > 1e29);

    // Minsker 2015, lemma 2.1: where all but a share a < 1/2 of the weight lies within r of a point, so does the geometric median within
    // 2 (1 - a) / (1 - 2 a) r. The point here is an honest update, as far from the others as they are from each other.
    [Fact]
    public void GeometricMedian_HugeUpdatesFromHostileClients_StaysNearTheHonestOnes() =>
        Attacked("geometricMedian", Huge).Sample(a =>
        {
            var honest = a.Honest.Select(d => d.Select(v => (double)v).ToArray()).ToArray();
            var radius = honest.Max(d => NaiveRules.Distance(d, honest[0]));
            var share = (double)a.Round.Strategy.Byzantine / a.Round.Deltas.Length;

            var v = RuleCase.Aggregate(a.Round.Strategy with { Iterations = 100 }, a.Round.Deltas, a.Round.Weights);

            Assert.InRange(NaiveRules.Distance(v, honest[0]), 0, (2 * (1 - share) / (1 - (2 * share)) * radius) + 0.05);
        });

    // From v = 0 the numerator of the first iteration is at most 1 and the denominator at least (1 - a) / (the largest honest norm).
    [Fact]
    public void GeometricMedian_FirstIteration_IsBoundedWhateverHostileClientsSend() =>
        Attacked("geometricMedian", Anything).Sample(a =>
        {
            var largest = a.Honest.Max(d => NaiveRules.Norm([.. d.Select(v => (double)v)]));
            var share = (double)a.Round.Strategy.Byzantine / a.Round.Deltas.Length;

            var v = RuleCase.Aggregate(a.Round.Strategy with { Iterations = 1 }, a.Round.Deltas, a.Round.Weights);

            Assert.InRange(NaiveRules.Norm(v), 0, (largest / (1 - share)) + 1e-9);
        });

    [Fact]
    public void NormClipping_AnythingFromOneClient_MovesTheMeanByItsShareOfTheNorm() =>
        Gen.Select(RuleCase.Of("normClipping", Gen.Int[1, 20]), Anything.Array[20]).Sample((round, attack) =>
        {
            float[][] Attacked(float[] first) => [first, .. round.Deltas[1..]];
            var length = round.Deltas[0].Length;
            var clip = round.Strategy.ClipNorm!.Value;

            var moved = NaiveRules.Distance(
                RuleCase.Aggregate(round.Strategy, Attacked(attack[..length]), round.Weights),
                RuleCase.Aggregate(round.Strategy, Attacked(new float[length]), round.Weights));

            Assert.InRange(moved, 0, (clip * round.Weights[0] / round.Weights.Sum()) + 1e-9);
        });

    private static void AssertWithin(float[][] honest, double[] aggregate)
    {
        for (var i = 0; i < aggregate.Length; i++)
        {
            Assert.InRange(aggregate[i], honest.Min(d => d[i]) - 1e-6, honest.Max(d => d[i]) + 1e-6);
        }
    }
}
