using FedLearn.Core.Optimizers;

namespace FedLearn.Core.Tests.Optimizers;

/// <summary>Rounds computed by hand: Reddi et al. 2021, algorithm 2, and Hsu et al. 2019.</summary>
public class AdaptiveTests
{
    private static readonly AdaptiveRates Half = new(LearningRate: 0.5, Beta1: 0.5, Tau: 1);

    [Fact]
    public void FedAvgM_TwoRounds_AccumulatesTheDeltas()
    {
        var optimizer = new FedAvgM(learningRate: 0.5, momentum: 0.5);

        var first = OneRound.Of(optimizer, [1, 1], [4, -2]);
        var second = OneRound.Of(optimizer, first.Next, [2, 0], first.State);

        // m: 4 and -2, then 0.5 * 4 + 2 and 0.5 * -2.
        Assert.Equal([3, 0], first.Next);
        Assert.Equal([4, -2], first.State);
        Assert.Equal([5, -0.5f], second.Next);
        Assert.Equal([4, -1], second.State);
    }

    [Fact]
    public void FedAdagrad_TwoRounds_DividesByTheRootOfAllSquares()
    {
        var optimizer = new FedAdagrad(Half);

        var first = OneRound.Of(optimizer, [1, 1], [Math.Sqrt(3), 0]);
        var second = OneRound.Of(optimizer, first.Next, [Math.Sqrt(12), Math.Sqrt(3)], first.State);

        // v: 1 + 3 = 4 and 1; then 4 + 12 = 16 and 1 + 3 = 4. m: sqrt(3)/2 and 0; then sqrt(3)/4 + sqrt(12)/2 and sqrt(3)/2.
        AssertNear([1 + (0.5 * Math.Sqrt(3) / 2 / (2 + 1)), 1], first.Next);
        AssertNear([Math.Sqrt(3) / 2, 0, 4, 1], first.State);
        AssertNear([first.Next[0] + (0.5 * ((Math.Sqrt(3) / 4) + (Math.Sqrt(12) / 2)) / (4 + 1)), 1 + (0.5 * Math.Sqrt(3) / 2 / (2 + 1))], second.Next);
        AssertNear([(Math.Sqrt(3) / 4) + (Math.Sqrt(12) / 2), Math.Sqrt(3) / 2, 16, 4], second.State);
    }

    [Fact]
    public void FedAdam_TwoRounds_DividesByTheRootOfTheMeanSquare()
    {
        var optimizer = new FedAdam(Half, beta2: 0.75);

        var first = OneRound.Of(optimizer, [1, 1], [Math.Sqrt(13), 1]);
        var second = OneRound.Of(optimizer, first.Next, [0, -1], first.State);

        // v: 0.75 * 1 + 0.25 * 13 = 4 and 1; then 0.75 * 4 = 3 and 1.
        AssertNear([1 + (0.5 * Math.Sqrt(13) / 2 / (2 + 1)), 1 + (0.5 * 0.5 / (1 + 1))], first.Next);
        AssertNear([Math.Sqrt(13) / 2, 0.5, 4, 1], first.State);
        AssertNear([first.Next[0] + (0.5 * Math.Sqrt(13) / 4 / (Math.Sqrt(3) + 1)), first.Next[1] + (0.5 * -0.25 / (1 + 1))], second.Next);
        AssertNear([Math.Sqrt(13) / 4, -0.25, 3, 1], second.State);
    }

    [Fact]
    public void FedYogi_TwoRounds_MovesVByTheSignOfItsDifference()
    {
        var optimizer = new FedYogi(Half, beta2: 0.75);

        var first = OneRound.Of(optimizer, [1, 1, 1], [Math.Sqrt(12), 0.5, 1]);
        var second = OneRound.Of(optimizer, first.Next, [2, 0, 0], first.State);

        // v: 1 < 12, so 1 + 12/4 = 4; 1 > 1/4, so 1 - 1/16; 1 = 1, so 1. Then 4 = 4, so 4; nothing for deltas of 0.
        AssertNear([Math.Sqrt(3), 0.25, 0.5, 4, 0.9375, 1], first.State);
        AssertNear([1 + (0.5 * Math.Sqrt(3) / 3), 1 + (0.5 * 0.25 / (Math.Sqrt(0.9375) + 1)), 1 + (0.5 * 0.5 / 2)], first.Next);
        AssertNear([(Math.Sqrt(3) / 2) + 1, 0.125, 0.25, 4, 0.9375, 1], second.State);
    }

    [Fact]
    public void Start_OfTheAdaptive_IsZeroAndTauSquared() =>
        Assert.All(
            (IServerOptimizer[])[new FedAdagrad(Half with { Tau = 0.5 }), new FedAdam(Half with { Tau = 0.5 }, 0), new FedYogi(Half with { Tau = 0.5 }, 0)],
            optimizer => Assert.Equal([new StateVector("m", 0), new StateVector("v", 0.25f)], optimizer.State));

    private static void AssertNear(double[] expected, float[] actual)
    {
        Assert.Equal(expected.Length, actual.Length);
        foreach (var (e, a) in expected.Zip(actual))
        {
            Assert.Equal(e, a, 1e-6 * Math.Max(1, Math.Abs(e)));
        }
    }
}
