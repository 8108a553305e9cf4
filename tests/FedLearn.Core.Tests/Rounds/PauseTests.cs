using FedLearn.Core.Rounds;

namespace FedLearn.Core.Tests.Rounds;

public sealed class PauseTests
{
    [Fact]
    public void Pause_WhileARoundIsOpen_FinishesItAndOpensNone()
    {
        var run = new TestRun(TestRun.Spec, clients: 2);

        Assert.Equal(new RunEffect.PauseRun("alice", "a move"), Assert.Single(run.Pause("a move")));
        run.PlayRound();

        Assert.Equal(1, run.State.Version);
        Assert.Equal(RunPhase.Waiting, run.State.Phase);
        Assert.Equal("paused by alice: a move", run.State.Paused);
        Assert.Empty(run.TickAfter(3600));
        Assert.Null(RunMachine.NextDeadline(run.State, run.Now));
    }

    [Fact]
    public void Pause_BeforeTheFirstRound_OpensNoneWhoeverComes()
    {
        var run = new TestRun(TestRun.Spec);
        run.Pause();

        Assert.Empty(run.Join(5));
        Assert.Equal("paused by alice", run.State.Paused);
    }

    [Fact]
    public void Pause_Twice_ChangesNothing()
    {
        var run = new TestRun(TestRun.Spec, clients: 2);
        run.Pause("first");

        Assert.Empty(run.Pause("second"));
        Assert.Equal("paused by alice: first", run.State.Paused);
    }

    [Fact]
    public void Pause_ARunThatIsOver_ChangesNothing()
    {
        var run = new TestRun(TestRun.Spec, clients: 2);
        run.Stop();

        Assert.Empty(run.Pause());
        Assert.Empty(run.Resume());
        Assert.Null(run.State.Paused);
    }

    [Fact]
    public void Resume_APausedRun_OpensTheNextRoundAtOnce()
    {
        var run = new TestRun(TestRun.Spec, clients: 2);
        run.Pause();
        run.PlayRound();

        var effects = run.Resume();

        Assert.Equal(new RunEffect.ResumeRun("bob"), effects[0]);
        Assert.Equal(2, Assert.IsType<RunEffect.OpenRound>(effects[1]).Round.Number);
    }

    [Fact]
    public void Resume_ARunThatIsNotPaused_ChangesNothing() => Assert.Empty(new TestRun(TestRun.Spec, clients: 2).Resume());

    [Fact]
    public void Stop_APausedRun_EndsIt()
    {
        var run = new TestRun(TestRun.Spec);
        run.Pause();

        Assert.Equal(RunOutcome.Stopped, Assert.IsType<RunEffect.EndRun>(Assert.Single(run.Stop())).Outcome);
    }

    [Fact]
    public void Pause_LongerThanTheWallTime_EndsTheRunAllTheSame()
    {
        var run = new TestRun(TestRun.Spec with { Stop = TestRun.Spec.Stop with { WallSeconds = 60 } });
        run.Pause();

        Assert.Equal(TimeSpan.FromSeconds(60), RunMachine.NextDeadline(run.State, run.Now));
        Assert.Equal(RunOutcome.Completed, Assert.IsType<RunEffect.EndRun>(Assert.Single(run.TickAfter(60))).Outcome);
    }

    [Fact]
    public void Pause_AfterAVoidRound_KeepsThePauseBeforeTheNextTry()
    {
        var run = new TestRun(TestRun.Spec, clients: 1);
        run.Pause();
        run.Decline("c00");
        Assert.Equal(RunPhase.Waiting, run.State.Phase);

        Assert.Equal(new RunEffect.ResumeRun("bob"), Assert.Single(run.Resume()));
        Assert.IsType<RunEffect.OpenRound>(Assert.Single(run.TickAfter(1)));
    }
}
