using CsCheck;
using FedLearn.Core.Aggregation;

namespace FedLearn.Core.Tests.Aggregation.Robust;

public class RulePropertyTests
{
    private static readonly Gen<int> Lengths = Gen.OneOf(Gen.Int[1, 40], Gen.Int[UpdatePieces.Stripe - 1, UpdatePieces.Stripe + 9]);

    public static TheoryData<string> Kinds => [.. RuleCase.Kinds];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Aggregate_AnyRound_IsWhatThePaperWrites(string kind) =>
        RuleCase.Of(kind, Lengths).Sample(
            round => AssertClose(NaiveRules.Aggregate(round.Strategy, round.InDouble, round.Weights), round.Aggregate(), 1e-11), iter: 40);

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Aggregate_SeveralBlocks_IsWhatThePaperWrites(string kind) =>
        RuleCase.Of(kind, Gen.Int[UpdatePieces.Block - 2, UpdatePieces.Block + 2], mostHostile: 0).Sample(
            round => AssertClose(NaiveRules.Aggregate(round.Strategy, round.InDouble, round.Weights), round.Aggregate(), 1e-11), iter: 1, threads: 1);

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Aggregate_OtherOrder_GivesTheSame(string kind)
    {
        // Krum's own sum is one update, the others but the weighted ones add sorted values: for them the order does not matter to the bit.
        var tolerance = kind is "median" or "trimmedMean" or "krum" or "bulyan" ? 0 : 1e-11;
        Gen.Select(RuleCase.Of(kind, Lengths, mostHostile: 2).Where(HasNoTies), Gen.Int).Sample(
            (round, seed) =>
            {
                var order = Enumerable.Range(0, round.Weights.Length).ToArray();
                new Random(seed).Shuffle(order);
                var shuffled = round with { Deltas = [.. order.Select(k => round.Deltas[k])], Weights = [.. order.Select(k => round.Weights[k])] };
                AssertClose(round.Aggregate(), shuffled.Aggregate(), tolerance);
            },
            iter: 60);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Aggregate_AllEqual_IsThatUpdate(string kind) =>
        RuleCase.Of(kind, Lengths).Sample(
            round =>
            {
                // Within the norm that normClipping leaves alone.
                var update = round.Deltas[0].Select(v => v / 1000).ToArray();
                var equal = round with { Deltas = [.. round.Deltas.Select(_ => update)] };
                AssertClose([.. update.Select(v => (double)v)], equal.Aggregate(), 1e-13);
            },
            iter: 30);

    [Theory]
    [InlineData("fedavg")]
    [InlineData("median")]
    [InlineData("trimmedMean")]
    [InlineData("geometricMedian")]
    [InlineData("normClipping")]
    public void Aggregate_OneClient_IsItsUpdate(string kind) =>
        AssertClose([0.5, -0.25, 1], RuleCase.Aggregate(RuleCase.StrategyOf(kind, 0), [[0.5f, -0.25f, 1]], [7]), 1e-15);

    [Fact]
    public void Aggregate_NothingTrimmedOrClipped_IsTheMean() =>
        RuleCase.Of("fedavg", Lengths).Sample(
            round =>
            {
                var equalWeights = round.Weights.Select(_ => 1.0).ToArray();
                AssertClose(RuleCase.Aggregate(round.Strategy, round.Deltas, equalWeights), RuleCase.Aggregate(RuleCase.StrategyOf("trimmedMean", 0), round.Deltas, round.Weights), 1e-14);
                AssertClose(round.Aggregate(), RuleCase.Aggregate(RuleCase.StrategyOf("normClipping", 0) with { ClipNorm = 1e9 }, round.Deltas, round.Weights), 0);
            },
            iter: 60);

    // With one neighbour the two updates of the nearest pair have one score, and the canonical order decides. Bulyan gets there with f >= 1.
    private static bool HasNoTies(RuleCase round) => round.Strategy.Kind switch
    {
        "krum" or "multiKrum" => round.Weights.Length - round.Strategy.Byzantine - 2 > 1,
        "bulyan" => round.Strategy.Byzantine == 0,
        _ => true,
    };

    private static void AssertClose(double[] expected, double[] actual, double tolerance)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (var i = 0; i < expected.Length; i++)
        {
            Assert.True(Math.Abs(expected[i] - actual[i]) <= tolerance, $"coordinate {i}: expected {expected[i]:R}, got {actual[i]:R}");
        }
    }
}
