using CsCheck;
using FedLearn.Core.Rounds;
using FedLearn.Core.Specs;

namespace FedLearn.Core.Tests.Rounds;

public class DeadlineTests
{
    [Fact]
    public void NextDeadline_AnyDecimalSeconds_ClosesTheRoundAtIt() =>
        Gen.Int[1, 10_000_000].Sample(
            hundredths =>
            {
                var run = new TestRun(TestRun.Spec with { Closing = new ClosingSpec { MaxSeconds = hundredths / 100.0 } }, 1);
                var deadline = RunMachine.NextDeadline(run.State, run.Now)!.Value;

                var decision = RunMachine.Decide(run.State, new RunEvent.Tick(), deadline);

                Assert.IsType<RunEffect.VoidRound>(Assert.Single(decision.Effects));
            },
            iter: 2000);

    [Fact]
    public void NextDeadline_PassedSinceTheDecision_IsNow()
    {
        var run = new TestRun(TestRun.Spec with { Closing = new ClosingSpec { MaxSeconds = 10 } }, 1);

        Assert.Equal(TimeSpan.FromSeconds(10), RunMachine.NextDeadline(run.State, run.Now));
        Assert.Equal(TimeSpan.FromSeconds(11), RunMachine.NextDeadline(run.State, TimeSpan.FromSeconds(11)));
    }

    [Fact]
    public void NextDeadline_NobodyThereAndNoWallTime_IsNone() =>
        Assert.Null(RunMachine.NextDeadline(new RunState { Spec = TestRun.Spec }, TimeSpan.Zero));

    [Fact]
    public void NextDeadline_MinSeconds_CountsOnlyOnceEnoughCame()
    {
        var run = new TestRun(TestRun.Spec with { Closing = new ClosingSpec { MaxUpdates = 1, MinSeconds = 5, MaxSeconds = 10 } }, 2);
        Assert.Equal(TimeSpan.FromSeconds(10), RunMachine.NextDeadline(run.State, run.Now));

        run.Send("c00");

        Assert.Equal(TimeSpan.FromSeconds(5), RunMachine.NextDeadline(run.State, run.Now));
    }

    [Fact]
    public void NextDeadline_WhileAggregating_IsNone()
    {
        var run = new TestRun(TestRun.Spec with { Stop = new StopSpec { WallSeconds = 60 } }, 1);
        run.SendAll();

        Assert.Null(RunMachine.NextDeadline(run.State, run.Now));
    }

    [Fact]
    public void SecondsLeft_OfEachStage_CountsDownToZero()
    {
        var spec = TestRun.Spec with { Closing = new ClosingSpec { MaxSeconds = 10 }, Evaluation = new EvaluationSpec { MaxSeconds = 20 } };
        var run = new TestRun(spec);
        Assert.Equal(0, RunMachine.SecondsLeft(run.State, run.Now));

        run.Join(1);
        run.Pass(4);
        Assert.Equal(6, RunMachine.SecondsLeft(run.State, run.Now));
        Assert.Equal(0, RunMachine.SecondsLeft(run.State, run.Now + TimeSpan.FromSeconds(7)));

        run.SendAll();
        Assert.Equal(0, RunMachine.SecondsLeft(run.State, run.Now));
        run.Aggregated();
        run.Pass(5);
        Assert.Equal(15, RunMachine.SecondsLeft(run.State, run.Now));
    }
}
