using FedLearn.Core.Rounds;
using FedLearn.Core.Specs;

namespace FedLearn.Core.Tests.Rounds;

public class EndTests
{
    private static RunSpec Stops(StopSpec stop) => TestRun.Spec with { Stop = stop, Evaluation = new EvaluationSpec() };

    private static RunEffect.EndRun EndOf(TestRun run) => Assert.Single(run.Log.OfType<RunEffect.EndRun>());

    [Fact]
    public void Run_AllRoundsPublished_IsCompleted()
    {
        var run = new TestRun(TestRun.Spec, 1);
        for (var i = 0; i < 3; i++)
        {
            run.PlayRound();
        }

        Assert.Equal(new RunEffect.EndRun(RunOutcome.Completed, "all 3 rounds done"), EndOf(run));
        Assert.Equal((RunPhase.Over, RunOutcome.Completed), (run.State.Phase, run.State.Outcome));
    }

    [Theory]
    [InlineData("accuracy", 0.9, 0.89, 0.9)]
    [InlineData("loss", 0.5, 0.51, 0.5)]
    [InlineData("personal.loss", 0.5, 0.51, 0.5)]
    public void Run_TargetReached_IsCompleted(string metric, double target, double near, double reached)
    {
        var run = new TestRun(Stops(new StopSpec { Rounds = 9, Target = new TargetSpec(metric, target) }), 1);
        run.PlayRound();
        run.Report("c00", near, metric);
        Assert.Equal(RunPhase.Fitting, run.State.Phase);

        run.PlayRound();
        run.Report("c00", reached, metric);

        Assert.StartsWith("target reached: ", EndOf(run).Reason);
    }

    [Fact]
    public void Run_NoImprovement_EndsByPatience()
    {
        var run = new TestRun(Stops(new StopSpec { Rounds = 99, Patience = 2, MinDelta = 0.1 }), 1);
        foreach (var loss in (double[])[1, 0.95, 0.8, 0.75])
        {
            run.PlayRound();
            run.Report("c00", loss);
            Assert.Equal(RunPhase.Fitting, run.State.Phase);
        }

        run.PlayRound();
        run.Report("c00", 0.71);

        Assert.Equal("no better loss than 0.8 in 2 evaluations", EndOf(run).Reason);
    }

    [Fact]
    public void Run_WallTimeOverWhileWaiting_IsCompleted()
    {
        var run = new TestRun(Stops(new StopSpec { WallSeconds = 30 }));

        Assert.Empty(run.TickAfter(29.9));
        Assert.Equal(new RunEffect.EndRun(RunOutcome.Completed, "wall time of 30 s is over"), Assert.Single(run.TickAfter(0.1)));
    }

    [Fact]
    public void Run_WallTimeOverInAFitWithEnough_PublishesTheRound()
    {
        var run = new TestRun(TestRun.Spec with { Stop = new StopSpec { WallSeconds = 30 } }, 2);
        run.Send("c00");

        Assert.IsType<RunEffect.Aggregate>(Assert.Single(run.TickAfter(30)));
        run.Aggregated();

        Assert.Equal("wall time of 30 s is over", EndOf(run).Reason);
        Assert.Equal(1, run.State.Version);
    }

    [Fact]
    public void Run_WallTimeOverInAFitWithTooFew_VoidsTheRoundAndEnds()
    {
        var run = new TestRun(TestRun.Spec with { Stop = new StopSpec { WallSeconds = 30 } }, 2);

        var effects = run.TickAfter(30);

        Assert.Equal([typeof(RunEffect.VoidRound), typeof(RunEffect.EndRun)], effects.Select(e => e.GetType()));
    }

    [Fact]
    public void Stop_WhileWaiting_Ends()
    {
        var run = new TestRun(TestRun.Spec);

        Assert.Equal(new RunEffect.EndRun(RunOutcome.Stopped, "by hand"), Assert.Single(run.Stop()));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Stop_InAFitOrAnAggregation_VoidsTheRound(bool delivered)
    {
        var run = new TestRun(TestRun.Spec, 1);
        if (delivered)
        {
            run.SendAll();
        }

        var effects = run.Stop();

        Assert.Equal("the run was stopped: by hand", Assert.IsType<RunEffect.VoidRound>(effects[0]).Reason);
        Assert.Equal(new RunEffect.EndRun(RunOutcome.Stopped, "by hand"), effects[1]);
        Assert.Empty(run.Aggregated());
    }

    [Fact]
    public void Stop_InAnEvaluation_ClosesTheRoundWithWhatCame()
    {
        var run = new TestRun(Stops(new StopSpec()), 2);
        run.PlayRound();
        run.Report("c00", 4);

        var effects = run.Stop();

        Assert.Equal(4, Assert.IsType<RunEffect.CloseRound>(effects[0]).Metrics["loss"]);
        Assert.Equal(new RunEffect.EndRun(RunOutcome.Stopped, "by hand"), effects[1]);
    }

    [Fact]
    public void Stop_InTheLastEvaluation_EndsOnceAsCompleted()
    {
        var run = new TestRun(Stops(new StopSpec { Rounds = 1 }), 2);
        run.PlayRound();

        run.Stop();

        Assert.Equal(RunOutcome.Completed, EndOf(run).Outcome);
    }

    [Fact]
    public void Over_AnyEvent_TakesNothing()
    {
        var run = new TestRun(TestRun.Spec, 1);
        run.Stop();

        Assert.Empty(run.Stop());
        Assert.Empty(run.Join(5));
        Assert.Empty(run.Aggregated());
        Assert.Empty(run.Decline("c00"));
        Assert.Empty(run.TickAfter(1e6));
        Assert.Equal(Refusal.RunOver, TestRun.RefusalIn(run.Send("c00")));
        Assert.IsType<RunEffect.IgnoreEvaluation>(Assert.Single(run.Report("c00")));
        Assert.Equal(RunPhase.Over, run.State.Phase);
        Assert.Null(RunMachine.NextDeadline(run.State, run.Now));
    }
}
