using CsCheck;
using FedLearn.Core.Optimizers;
using FedLearn.Core.Specs;

namespace FedLearn.Core.Tests.Optimizers;

/// <summary>What every server optimizer must do.</summary>
public class ServerOptimizerTests
{
    private static readonly IServerOptimizer[] All =
        [.. ServerOptimizers.Names.Select(name => ServerOptimizers.Of(new StrategySpec { Optimizer = name, ServerLearningRate = 0.3 })), new FedAvgM(0.3, 0.9)];

    private static readonly Gen<(IServerOptimizer Optimizer, float[] Parameters, double[] Delta, float[] State)> Rounds =
        from optimizer in Gen.OneOf(All)
        from size in Gen.Int[0, 40]
        from parameters in Gen.Float[-10, 10].Array[size]
        from delta in Gen.OneOf(Gen.Double[-1, 1], Gen.Const(0.0), Gen.Double[-1e6, 1e6]).Array[size]
        from momenta in Gen.Float[-1, 1].Array[size]
        from squares in Gen.Float[1e-8f, 10].Array[size]
        select (optimizer, parameters, delta, (float[])[.. ((float[][])[momenta, squares]).Take(optimizer.State.Length).SelectMany(s => s)]);

    [Fact]
    public void Step_AnyCut_GivesEachCoordinateTheSameBits() =>
        Gen.Select(Rounds, Gen.Int[0, 40]).Sample((round, at) =>
        {
            var (optimizer, parameters, delta, state) = round;
            var whole = OneRound.Of(optimizer, parameters, delta, state);
            var cut = Math.Min(at, parameters.Length);

            var (head, tail) = (Part(..cut), Part(cut..));

            Assert.Equal(whole.Next, (float[])[.. head.Next, .. tail.Next]);
            Assert.Equal(whole.State, Enumerable.Range(0, optimizer.State.Length).SelectMany(s => (float[])[.. Of(head.State, s), .. Of(tail.State, s)]));

            (float[] Next, float[] State) Part(Range range) => OneRound.Of(
                optimizer, parameters[range], delta[range], [.. Enumerable.Range(0, optimizer.State.Length).SelectMany(s => Of(state, s)[range])]);

            float[] Of(float[] states, int s) => [.. states.Chunk(Math.Max(1, states.Length / Math.Max(1, optimizer.State.Length))).ElementAtOrDefault(s) ?? []];
        });

    [Fact]
    public void Step_OntoItsOwnBase_IsTheSame() =>
        Rounds.Sample((optimizer, parameters, delta, state) =>
        {
            var (own, ownState) = (parameters.ToArray(), state.ToArray());
            optimizer.Step(own, delta, ownState, own);
            Assert.Equal(OneRound.Of(optimizer, parameters, delta, state), (own, ownState), Same);
        });

    [Fact]
    public void Step_AnyDelta_StaysFiniteAndTheSecondMomentPositive() =>
        Rounds.Sample((optimizer, parameters, delta, state) =>
        {
            var (next, newState) = OneRound.Of(optimizer, parameters, delta, state);
            Assert.All(next, x => Assert.True(float.IsFinite(x)));
            if (optimizer.State.Length == 2)
            {
                Assert.All(newState[parameters.Length..], v => Assert.True(v > 0));
            }
        });

    [Fact]
    public void Step_ZeroDeltaAtTheStart_MovesNothing() =>
        Assert.All(All, optimizer => Assert.Equal([1, -2, 3], OneRound.Of(optimizer, [1, -2, 3], [0, 0, 0]).Next));

    [Fact]
    public void FedAvgM_MomentumZero_IsSgdToTheBit() =>
        Gen.Select(Gen.Float[-10, 10].Array[17], Gen.Double[-1, 1].Array[17], Gen.Double[0.01, 10], Gen.Float[-1, 1].Array[17]).Sample((parameters, delta, rate, momenta) =>
            Assert.Equal(OneRound.Of(new ServerSgd(rate), parameters, delta).Next, OneRound.Of(new FedAvgM(rate, 0), parameters, delta, momenta).Next));

    [Fact]
    public void FedAdamAndFedYogi_BetasZeroFromSmallV_AreTheSignOfALargeDelta() =>
        Assert.All(
            (IServerOptimizer[])[new FedAdam(new(0.1, 0, 1e-9), 0), new FedYogi(new(0.1, 0, 1e-9), 0)],
            optimizer => Assert.Equal([0.1, -0.1, 0.1], OneRound.Of(optimizer, [0, 0, 0], [5, -300, 0.25]).Next.Select(x => Math.Round(x, 6))));

    [Fact]
    public void Adaptive_TauLargeAgainstTheDeltas_AreFedAvgWithTheRateOverTwoTau() =>
        // sqrt(v) + tau is 2 tau as long as v stays at tau^2.
        Assert.All(
            (IServerOptimizer[])[new FedAdagrad(new(2e4, 0, 1e4)), new FedAdam(new(2e4, 0, 1e4), 0.99999999), new FedYogi(new(2e4, 0, 1e4), 0.99)],
            optimizer => Assert.Equal([1.5, 1, 3], OneRound.Of(optimizer, [1, 2, 3], [0.5, -1, 0]).Next.Select(x => Math.Round(x, 6))));

    [Fact]
    public void Step_LengthsDiffer_Throws() =>
        Assert.All(All, optimizer =>
        {
            var state = OneRound.Start(optimizer, 2);
            Assert.Throws<ArgumentOutOfRangeException>(() => optimizer.Step(new float[2], new double[3], state, new float[2]));
            Assert.Throws<ArgumentOutOfRangeException>(() => optimizer.Step(new float[2], new double[2], state, new float[3]));
            Assert.Throws<ArgumentOutOfRangeException>(() => optimizer.Step(new float[2], new double[2], new float[state.Length + 1], new float[2]));
        });

    private static bool Same((float[] Next, float[] State) a, (float[] Next, float[] State) b) => a.Next.AsSpan().SequenceEqual(b.Next) && a.State.AsSpan().SequenceEqual(b.State);
}
