using FedLearn.Core.Specs;

namespace FedLearn.Core.Tests.Aggregation.Robust;

/// <summary>Rounds computed by hand.</summary>
public class RuleExampleTests
{
    private static double[] Aggregate(string kind, float[][] deltas, int f = 0, int keep = 0, double[]? weights = null) =>
        RuleCase.Aggregate(RuleCase.StrategyOf(kind, f, keep), deltas, weights ?? [.. deltas.Select(_ => 1.0)]);

    [Fact]
    public void Median_OddAndEven_IsTheMiddle()
    {
        Assert.Equal([2, 5], Aggregate("median", [[1, 9], [2, 5], [100, -7]]));
        Assert.Equal([2.5, 3], Aggregate("median", [[1, 9], [2, 5], [3, 1], [100, -7]]));
    }

    [Fact]
    public void TrimmedMean_OneOfEachEnd_IsTheMeanOfTheRest() =>
        Assert.Equal([(2 + 3 + 7) / 3.0, 0], Aggregate("trimmedMean", [[1, 0], [2, 0], [3, 5], [7, -1e30f], [1e30f, 0]], f: 1));

    // On a line at 0, 1, 3, 7 and 100 with f = 1 the scores are the two nearest squared distances:
    // 0: 1 + 9 = 10; 1: 1 + 4 = 5; 3: 4 + 9 = 13; 7: 16 + 36 = 52; 100: 93^2 + 97^2.
    [Theory]
    [InlineData("krum", 0, 1.0)]
    [InlineData("multiKrum", 1, 1.0)]
    [InlineData("multiKrum", 2, (1 + 0) / 2.0)]
    [InlineData("multiKrum", 0, (1 + 0) / 2.0)]
    public void Krum_PointsOnALine_TakesTheLowestScores(string kind, int keep, double expected)
    {
        var deltas = new float[][] { [100], [7], [0], [3], [1] };

        Assert.Equal([expected], Aggregate(kind, deltas, f: 1, keep));
    }

    [Fact]
    public void MultiKrum_Dropped_AreThoseThatWereNotAveraged()
    {
        var round = RuleCase.Memory([[100], [7], [0], [3], [1]], [1, 1, 1, 1, 1]);

        Assert.Equal([0, 1, 3], round.Aggregate(StrategyKinds.RuleOf(RuleCase.StrategyOf("multiKrum", 1)), new double[1]));
    }

    // Seven points, f = 1: Krum is asked five times. Neighbours: 4, 3, 2, 1, 1.
    // 0, 1, 2, 4, 8, 16, 1000: scores with four neighbours: 0: 1+4+16+64 = 85; 1: 1+1+9+49 = 60; 2: 1+4+4+36 = 45; 4: 4+9+16+16 = 45 -> 2 goes first.
    // 0, 1, 4, 8, 16, 1000 with three: 0: 1+16+64 = 81; 1: 1+9+49 = 59; 4: 9+16+16 = 41; 8: 16+49+64 = 129 -> 4.
    // 0, 1, 8, 16, 1000 with two: 0: 1+64 = 65; 1: 1+49 = 50; 8: 49+64 = 113 -> 1.
    // 0, 8, 16, 1000 with one: 0: 64, 8: 64, 16: 64 -> 0 as the first of them; then 8, 16: 64 each -> 8.
    // Selected 0, 1, 2, 4, 8: the median is 2, and the three nearest to it are 0 (or 4, as near: the smaller one is kept), 1, 2.
    [Fact]
    public void Bulyan_SevenPointsOnALine_IsTheMeanAroundTheMedianOfTheSelected() =>
        Assert.Equal([(0 + 1 + 2) / 3.0], Aggregate("bulyan", [[0], [1], [2], [4], [8], [16], [1000]], f: 1));

    // |D| = 5, 1, 2 with weights 1, 2, 1: beta = 1/5, 2, 1/2 in the first iteration from v = 0.
    [Fact]
    public void GeometricMedian_OneIteration_WeighsByTheNorms()
    {
        var strategy = RuleCase.StrategyOf("geometricMedian", 0, iterations: 1);

        var v = RuleCase.Aggregate(strategy, [[3, 4], [1, 0], [0, -2]], [1, 2, 1]);

        Assert.Equal(((3 / 5.0) + 2) / 2.7, v[0], 14);
        Assert.Equal(((4 / 5.0) - 1) / 2.7, v[1], 14);
    }

    // The Fermat point of an equilateral triangle is its centre; of a triangle with an angle over 120 degrees, that corner.
    [Fact]
    public void GeometricMedian_ManyIterations_IsTheFermatPoint()
    {
        var strategy = RuleCase.StrategyOf("geometricMedian", 0, iterations: 100);
        var height = MathF.Sqrt(3);

        var centre = RuleCase.Aggregate(strategy, [[0, 0], [2, 0], [1, height]], [1, 1, 1]);
        var corner = RuleCase.Aggregate(strategy, [[-5, 1], [0.25f, 0], [5, 1]], [1, 1, 1]);

        Assert.Equal(1, centre[0], 6);
        Assert.Equal(height / 3, centre[1], 6);
        Assert.Equal(0.25, corner[0], 4);
        Assert.Equal(0, corner[1], 4);
    }

    // C = 1.5: (3, 4) is cut to (0.9, 1.2), (1, 0) stays; the weights are 1 and 3.
    [Fact]
    public void NormClipping_OneTooLong_IsCutToTheNorm()
    {
        var mean = Aggregate("normClipping", [[3, 4], [1, 0]], weights: [1, 3]);

        Assert.Equal((0.9 + 3) / 4, mean[0], 14);
        Assert.Equal(1.2 / 4, mean[1], 14);
    }

    [Theory]
    [InlineData("median", 2, 4, "needs at least 5 updates (2 * byzantine + 1), got 4")]
    [InlineData("trimmedMean", 2, 4, "needs at least 5 updates (2 * byzantine + 1), got 4")]
    [InlineData("krum", 2, 6, "needs at least 7 updates (2 * byzantine + 3), got 6")]
    [InlineData("multiKrum", 2, 6, "needs at least 7 updates (2 * byzantine + 3), got 6")]
    [InlineData("bulyan", 2, 10, "needs at least 11 updates (4 * byzantine + 3), got 10")]
    [InlineData("krum", 2, 1001, "takes at most 1,000 updates, got 1,001")]
    public void Bounds_TooFewOrTooMany_SayWhy(string kind, int f, int updates, string why) =>
        Assert.Equal(why, StrategyKinds.RuleOf(RuleCase.StrategyOf(kind, f)).Bounds.WhyNot(updates));

    [Theory]
    [InlineData(3, 7)]
    [InlineData(4, 8)]
    public void MultiKrumBounds_ManyToKeep_NeedAsManyMore(int keep, int least) =>
        Assert.Equal(least, StrategyKinds.RuleOf(RuleCase.StrategyOf("multiKrum", 2, keep)).Bounds.Least);
}
