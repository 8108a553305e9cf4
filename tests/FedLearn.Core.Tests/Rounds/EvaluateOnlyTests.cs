using System.Collections.Immutable;
using FedLearn.Core.Rounds;
using FedLearn.Core.Specs;

namespace FedLearn.Core.Tests.Rounds;

/// <summary>Clients that only evaluate.</summary>
public class EvaluateOnlyTests
{
    private static readonly ImmutableSortedSet<string> s_judge = ["judge"];

    private static RunSpec Spec(double fraction = 1) =>
        TestRun.Spec with { Cohort = new CohortSpec { Minimum = 2 }, Evaluation = new EvaluationSpec { EveryRounds = 1, Fraction = fraction, MaxSeconds = 50 } };

    [Fact]
    public void EvaluateOnly_Client_DoesNotCountForTheMinimum()
    {
        var run = new TestRun(Spec());

        Assert.Empty(run.Do(new RunEvent.EligibleChanged(TestRun.Clients(1)) { EvaluateOnly = s_judge }));
        Assert.Single(run.Do(new RunEvent.EligibleChanged(TestRun.Clients(2)) { EvaluateOnly = s_judge }));

        Assert.Equal(TestRun.Clients(2), run.Round.Cohort);
    }

    [Fact]
    public void EvaluateOnly_UpdateOfSuchAClient_IsRefused()
    {
        var run = new TestRun(Spec());
        run.Do(new RunEvent.EligibleChanged(TestRun.Clients(2)) { EvaluateOnly = s_judge });

        Assert.Equal(Refusal.NotInCohort, TestRun.RefusalIn(run.Send("judge")));
    }

    [Theory]
    [InlineData(1, new[] { "c00", "c01", "judge" })]
    [InlineData(0, new[] { "judge" })]
    public void EvaluateOnly_EvaluationIsDue_IsAskedBesideTheShare(double fraction, string[] asked)
    {
        var run = new TestRun(Spec(fraction));
        run.Do(new RunEvent.EligibleChanged(TestRun.Clients(2)) { EvaluateOnly = s_judge });

        run.PlayRound();

        Assert.Equal(asked, run.Round.Evaluators);
    }

    [Fact]
    public void EvaluateOnly_FractionZero_TheFiguresAreThoseOfTheOneReport()
    {
        var run = new TestRun(Spec(fraction: 0));
        run.Do(new RunEvent.EligibleChanged(TestRun.Clients(2)) { EvaluateOnly = s_judge });
        run.PlayRound();

        Assert.IsType<RunEffect.IgnoreEvaluation>(Assert.Single(run.Report("c00", 9)));
        var closed = Assert.IsType<RunEffect.CloseRound>(run.Report("judge", 0.25)[1]);

        Assert.Equal(0.25, closed.Metrics["loss"]);
        Assert.Equal(new BestModel(1, 0.25), run.State.Best);
    }

    [Fact]
    public void EvaluateOnly_FractionZeroAndNobodyThere_EvaluationIsSkipped()
    {
        var run = new TestRun(Spec(fraction: 0), 2);

        Assert.IsType<RunEffect.CloseRound>(run.PlayRound()[1]);
    }

    [Fact]
    public void EvaluateOnly_GoesAwayWhileItEvaluates_TheStageEndsAtItsDeadline()
    {
        var run = new TestRun(Spec(fraction: 0));
        run.Do(new RunEvent.EligibleChanged(TestRun.Clients(2)) { EvaluateOnly = s_judge });
        run.PlayRound();
        run.Join(2);

        Assert.Empty(run.TickAfter(49.9));
        Assert.Empty(Assert.IsType<RunEffect.CloseRound>(run.TickAfter(0.1)[0]).Metrics);
    }
}
