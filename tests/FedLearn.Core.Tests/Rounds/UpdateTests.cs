using FedLearn.Core.Rounds;
using FedLearn.Core.Specs;

namespace FedLearn.Core.Tests.Rounds;

public class UpdateTests
{
    [Fact]
    public void Update_OfTheCohort_IsAcceptedAndCounted()
    {
        var run = new TestRun(TestRun.Spec, 2);

        var accepted = Assert.IsType<RunEffect.AcceptUpdate>(Assert.Single(run.Send("c01", digest: "ab", examples: 7)));

        Assert.Equal(("c01", 1, new AcceptedUpdate("ab", 7, null)), (accepted.ClientId, accepted.Round, accepted.Update));
        Assert.Equal(accepted.Update, run.Round.Updates["c01"]);
    }

    [Fact]
    public void Update_TheSameAgain_RepeatsTheReceipt()
    {
        var run = new TestRun(TestRun.Spec, 2);
        run.Send("c01");
        var before = run.State;

        Assert.Equal(new RunEffect.RepeatReceipt("c01", 1), Assert.Single(run.Send("c01")));
        Assert.Same(before, run.State);
    }

    [Fact]
    public void Update_TheSameAgainWhileAggregating_RepeatsTheReceipt()
    {
        var run = new TestRun(TestRun.Spec, 1);
        run.SendAll();

        Assert.Equal(new RunEffect.RepeatReceipt("c00", 1), Assert.Single(run.Send("c00")));
    }

    [Theory]
    [InlineData("other", 1)]
    [InlineData("d1", 2)]
    public void Update_AnotherOfTheSameClient_IsRefusedAndTheFirstCounts(string digest, long examples)
    {
        var run = new TestRun(TestRun.Spec, 2);
        run.Send("c01");

        Assert.Equal(Refusal.AnotherAccepted, TestRun.RefusalIn(run.Send("c01", digest: digest, examples: examples)));
        Assert.Equal(new AcceptedUpdate("d1", 1, null), run.Round.Updates["c01"]);
    }

    [Fact]
    public void Update_OutsideTheCohort_IsRefused()
    {
        var run = new TestRun(TestRun.Spec with { Cohort = new CohortSpec { Count = 1 } }, 3);
        var outsider = TestRun.Clients(3).Except(run.Round.Cohort)[0];

        Assert.Equal(Refusal.NotInCohort, TestRun.RefusalIn(run.Send(outsider)));
    }

    [Fact]
    public void Update_AfterGivingUp_IsRefused()
    {
        var run = new TestRun(TestRun.Spec, 2);
        run.Decline("c01");

        Assert.Equal(Refusal.Declined, TestRun.RefusalIn(run.Send("c01")));
    }

    [Fact]
    public void Update_OnAnotherBase_IsRefused()
    {
        var run = new TestRun(TestRun.Spec, 2);
        run.PlayRound();

        Assert.Equal(Refusal.StaleBase, TestRun.RefusalIn(run.Send("c01", baseVersion: 0)));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(2)]
    public void Update_ForARoundNeverOpened_IsRefused(int round)
    {
        var run = new TestRun(TestRun.Spec, 2);

        Assert.Equal(Refusal.UnknownRound, TestRun.RefusalIn(run.Send("c01", round: round)));
    }

    [Fact]
    public void Update_ForAPastRound_IsLate()
    {
        var run = new TestRun(TestRun.Spec, 2);
        run.PlayRound();

        var refused = Assert.IsType<RunEffect.RefuseUpdate>(Assert.Single(run.Send("c01", round: 1, baseVersion: 0)));

        Assert.Equal((Refusal.RoundClosed, true), (refused.Reason, refused.Late));
    }

    [Fact]
    public void Update_WhileAggregating_IsLate()
    {
        var run = new TestRun(TestRun.Spec with { Closing = new ClosingSpec { MaxUpdates = 1 } }, 2);
        run.Send("c00");

        var refused = Assert.IsType<RunEffect.RefuseUpdate>(Assert.Single(run.Send("c01")));

        Assert.Equal((Refusal.RoundClosed, true), (refused.Reason, refused.Late));
    }

    [Fact]
    public void Update_WhileEvaluating_IsLate()
    {
        var run = new TestRun(TestRun.Spec with { Closing = new ClosingSpec { MaxUpdates = 1 }, Evaluation = new EvaluationSpec() }, 2);
        run.Send("c00");
        run.Aggregated();

        Assert.Equal(Refusal.RoundClosed, TestRun.RefusalIn(run.Send("c01", baseVersion: 0)));
    }

    [Fact]
    public void Update_AtTheDeadlineBeforeTheTimer_IsLateForTheClosedRound()
    {
        var run = new TestRun(TestRun.Spec with { Closing = new ClosingSpec { MaxSeconds = 100 } }, 2);
        run.Send("c00");
        run.Pass(100);

        var effects = run.Send("c01");

        Assert.Equal(["c00"], Assert.IsType<RunEffect.Aggregate>(effects[0]).Round.Updates.Keys);
        Assert.Equal(Refusal.RoundClosed, Assert.IsType<RunEffect.RefuseUpdate>(effects[1]).Reason);
    }

    [Fact]
    public void Update_AfterAVoidRound_IsLateAndNeverCarriedOver()
    {
        var run = new TestRun(TestRun.Spec with { Closing = new ClosingSpec { MinUpdates = 2, MaxSeconds = 100 } }, 2);
        run.Send("c00");
        run.TickAfter(100);
        run.TickAfter(1);

        Assert.Empty(run.Round.Updates);
        Assert.Equal(Refusal.RoundClosed, TestRun.RefusalIn(run.Send("c01", round: 1)));
    }

    [Fact]
    public void WhyNot_AnyUpdate_IsWhatTheDecisionSays()
    {
        var run = new TestRun(TestRun.Spec with { Cohort = new CohortSpec { Count = 2 } }, 3);
        run.Decline(run.Round.Cohort[0]);
        foreach (var (client, round, version) in
            from client in TestRun.Clients(4)
            from round in (int[])[0, 1, 2]
            from version in (int[])[0, 1]
            select (client, round, version))
        {
            var effects = RunMachine.Decide(run.State, new RunEvent.UpdateSealed(client, round, version, new AcceptedUpdate("d", 1, null)), run.Now).Effects;

            Assert.Equal(RunMachine.WhyNot(run.State, client, round, version), (effects[0] as RunEffect.RefuseUpdate)?.Reason);
        }
    }
}
