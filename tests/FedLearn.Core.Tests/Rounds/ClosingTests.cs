using FedLearn.Core.Rounds;
using FedLearn.Core.Specs;

namespace FedLearn.Core.Tests.Rounds;

public class ClosingTests
{
    [Fact]
    public void Fitting_WholeCohortDelivered_AggregatesAtOnce()
    {
        var run = new TestRun(TestRun.Spec with { Closing = new ClosingSpec { MinSeconds = 60 } }, 2);

        run.Send("c00");
        var effects = run.Send("c01");

        Assert.IsType<RunEffect.AcceptUpdate>(effects[0]);
        var aggregate = Assert.IsType<RunEffect.Aggregate>(effects[1]);
        Assert.Equal((1, 2), (aggregate.NewVersion, aggregate.Round.Updates.Count));
        Assert.Equal(RunPhase.Aggregating, run.State.Phase);
    }

    [Fact]
    public void Fitting_EnoughBeforeMinSeconds_StaysOpenUntilThen()
    {
        var run = new TestRun(TestRun.Spec with { Closing = new ClosingSpec { MaxUpdates = 1, MinSeconds = 60 } }, 3);

        Assert.Single(run.Send("c00"));
        Assert.Single(run.Send("c01"));
        Assert.Empty(run.TickAfter(59.9));
        var aggregate = Assert.IsType<RunEffect.Aggregate>(Assert.Single(run.TickAfter(0.1)));

        Assert.Equal(["c00", "c01"], aggregate.Round.Updates.Keys);
    }

    [Fact]
    public void Fitting_EnoughAfterMinSeconds_ClosesWithTheUpdate()
    {
        var run = new TestRun(TestRun.Spec with { Closing = new ClosingSpec { MaxUpdates = 2, MinSeconds = 60 } }, 3);
        run.Send("c00");
        Assert.Empty(run.TickAfter(60));

        Assert.IsType<RunEffect.Aggregate>(run.Send("c02")[1]);
    }

    [Fact]
    public void Fitting_MinimumAtTheDeadline_AggregatesWhatCame()
    {
        var run = new TestRun(TestRun.Spec with { Closing = new ClosingSpec { MinUpdates = 2, MaxSeconds = 100 } }, 5);
        run.Send("c03");
        run.Send("c01");

        Assert.Empty(run.TickAfter(99.9));
        var aggregate = Assert.IsType<RunEffect.Aggregate>(Assert.Single(run.TickAfter(0.1)));

        Assert.Equal(["c01", "c03"], aggregate.Round.Updates.Keys);
    }

    [Fact]
    public void Fitting_OthersGaveUp_ClosesOnTheRest()
    {
        var run = new TestRun(TestRun.Spec, 3);
        run.Send("c00");
        Assert.Empty(run.Decline("c01"));

        Assert.IsType<RunEffect.Aggregate>(Assert.Single(run.Decline("c02")));
    }

    [Fact]
    public void Fitting_BelowTheMinimumAtTheDeadline_IsVoidAndSaysWhy()
    {
        var run = new TestRun(TestRun.Spec with { Closing = new ClosingSpec { MinUpdates = 2, MaxSeconds = 100 } }, 5);
        run.Send("c03");

        var voided = Assert.IsType<RunEffect.VoidRound>(Assert.Single(run.TickAfter(100)));

        Assert.Equal("1 of 5 updates came within 100 s; 2 are needed", voided.Reason);
        Assert.Equal((RunPhase.Waiting, 0), (run.State.Phase, run.State.Version));
    }

    [Fact]
    public void Fitting_TooManyGaveUp_IsVoidBeforeTheDeadline()
    {
        var run = new TestRun(TestRun.Spec with { Closing = new ClosingSpec { MinUpdates = 3 } }, 4);
        Assert.Empty(run.Decline("c00"));

        var voided = Assert.IsType<RunEffect.VoidRound>(Assert.Single(run.Decline("c03")));

        Assert.Equal("2 of 4 selected clients gave the round up; 3 updates are needed and 2 at most could come", voided.Reason);
    }

    [Fact]
    public void Fitting_ADeliveredUpdateOrAStrangersDecline_ChangesNothing()
    {
        var run = new TestRun(TestRun.Spec with { Cohort = new CohortSpec { Count = 2 } }, 3);
        var (inside, outside) = (run.Round.Cohort[0], TestRun.Clients(3).Except(run.Round.Cohort).Single());
        run.Send(inside);

        run.Decline(inside);
        run.Decline(outside);
        run.Do(new RunEvent.StageDeclined(run.Round.Cohort[1], 7, RunPhase.Fitting));
        run.Decline(run.Round.Cohort[1], RunPhase.Evaluating);

        Assert.Empty(run.Round.Declined);
    }

    [Fact]
    public void Void_AgainAndAgain_PausesTwiceAsLongUpToAMinute()
    {
        var run = new TestRun(TestRun.Spec with { Closing = new ClosingSpec { MaxSeconds = 10 } }, 1);
        foreach (var pause in (double[])[1, 2, 4, 8, 16, 32, 60, 60])
        {
            Assert.IsType<RunEffect.VoidRound>(Assert.Single(run.TickAfter(10)));
            Assert.Empty(run.TickAfter(pause - 0.001));
            Assert.IsType<RunEffect.OpenRound>(Assert.Single(run.TickAfter(0.001)));
        }

        Assert.Equal(9, run.Round.Number);
    }

    [Fact]
    public void Void_AfterAPublishedRound_PausesOneSecondAgain()
    {
        var run = new TestRun(TestRun.Spec with { Closing = new ClosingSpec { MaxSeconds = 10 } }, 1);
        run.TickAfter(10);
        run.TickAfter(1);
        run.PlayRound();

        run.TickAfter(10);

        Assert.Equal(run.Now + TimeSpan.FromSeconds(1), run.State.NotBefore);
        Assert.Equal((3, 1), (run.State.LastRound, run.State.Version));
    }

    [Fact]
    public void Fitting_FewerUpdatesThanTheRuleNeeds_IsVoidAndSaysWhy()
    {
        // No spec that is read gets here: its closing.minUpdates would be refused.
        var run = new TestRun(TestRun.Spec with { Strategy = new StrategySpec { Kind = "krum", Byzantine = 1 } }, 4);

        run.SendAll();

        var voided = Assert.Single(run.Log.OfType<RunEffect.VoidRound>());
        Assert.Equal("strategy krum needs at least 5 updates (2 * byzantine + 3), got 4", voided.Reason);
        Assert.Empty(run.Log.OfType<RunEffect.Aggregate>());
    }

    [Fact]
    public void Aggregating_Failed_IsVoidWithTheReason()
    {
        var run = new TestRun(TestRun.Spec, 1);
        run.SendAll();

        var voided = Assert.IsType<RunEffect.VoidRound>(Assert.Single(run.Do(new RunEvent.AggregationFailed(1, "block 3 of c00 is damaged"))));

        Assert.Equal("block 3 of c00 is damaged", voided.Reason);
        Assert.IsType<RunEffect.OpenRound>(Assert.Single(run.TickAfter(1)));
        Assert.Equal((2, 0), (run.Round.Number, run.Round.BaseVersion));
    }

    [Fact]
    public void Aggregating_ReadyForAnotherRoundOrVersion_IsIgnored()
    {
        var run = new TestRun(TestRun.Spec, 1);
        run.SendAll();

        Assert.Empty(run.Do(new RunEvent.AggregateReady(2, 1)));
        Assert.Empty(run.Do(new RunEvent.AggregateReady(1, 2)));
        Assert.Empty(run.Do(new RunEvent.AggregationFailed(2, "not mine")));
        Assert.Equal((RunPhase.Aggregating, 0), (run.State.Phase, run.State.Version));
    }
}
