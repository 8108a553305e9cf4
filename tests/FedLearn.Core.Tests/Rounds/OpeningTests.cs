using FedLearn.Core.Rounds;
using FedLearn.Core.Specs;

namespace FedLearn.Core.Tests.Rounds;

public class OpeningTests
{
    [Fact]
    public void Waiting_FewerThanTheMinimum_OpensNothing()
    {
        var run = new TestRun(TestRun.Spec with { Cohort = new CohortSpec { Minimum = 3 } });

        Assert.Empty(run.Join(2));
        Assert.Equal(RunPhase.Waiting, run.State.Phase);
    }

    [Fact]
    public void Waiting_TheMinimumIsThere_OpensRoundOne()
    {
        var run = new TestRun(TestRun.Spec with { Cohort = new CohortSpec { Minimum = 3 } });

        var opened = Assert.IsType<RunEffect.OpenRound>(Assert.Single(run.Join(3))).Round;

        Assert.Equal((1, 0, 3), (opened.Number, opened.BaseVersion, opened.Cohort.Count));
        Assert.Equal(RunPhase.Fitting, run.State.Phase);
        Assert.Same(opened, run.State.Round);
    }

    [Fact]
    public void Waiting_FewerThanTheMinimumOfUpdates_OpensNothing()
    {
        var run = new TestRun(TestRun.Spec with { Closing = new ClosingSpec { MinUpdates = 4 } });

        Assert.Empty(run.Join(3));
        Assert.Single(run.Join(4));
    }

    [Theory]
    [InlineData(0.5, 0, 1, 10, 5, 5)] // half of ten
    [InlineData(0.25, 0, 1, 10, 3, 3)] // a share is rounded up
    [InlineData(1, 4, 1, 10, 4, 4)] // a count instead of a share
    [InlineData(1, 4, 1.5, 10, 6, 4)] // half as many again, but four are enough
    [InlineData(1, 4, 10, 10, 10, 4)] // no more than there are
    [InlineData(0.1, 0, 1, 30, 3, 3)] // no client too many by binary rounding
    [InlineData(0.07, 0, 1, 100, 7, 7)]
    [InlineData(1, 10, 1.1, 90, 11, 10)]
    public void Opening_FractionCountOverSelection_DrawsThatMany(
        double fraction, int count, double overSelection, int eligible, int expectedCohort, int expectedWanted)
    {
        var cohort = new CohortSpec { Fraction = fraction, Count = count, OverSelection = overSelection };

        var run = new TestRun(TestRun.Spec with { Cohort = cohort }, eligible);

        Assert.Equal((expectedCohort, expectedWanted), (run.Round.Cohort.Count, run.Round.Wanted));
    }

    [Fact]
    public void Opening_MinimumAboveTheShare_SelectsTheMinimum()
    {
        var run = new TestRun(TestRun.Spec with { Cohort = new CohortSpec { Fraction = 0.1, Minimum = 5 } }, 10);

        Assert.Equal(5, run.Round.Cohort.Count);
    }

    [Fact]
    public void Opening_MaxUpdatesBelowTheCohort_WantsThatMany()
    {
        var run = new TestRun(TestRun.Spec with { Closing = new ClosingSpec { MaxUpdates = 3 } }, 10);

        Assert.Equal((10, 3), (run.Round.Cohort.Count, run.Round.Wanted));
    }

    [Fact]
    public void Opening_MaxUpdatesAboveTheCohort_WantsTheCohort()
    {
        var run = new TestRun(TestRun.Spec with { Closing = new ClosingSpec { MaxUpdates = 30 } }, 10);

        Assert.Equal(10, run.Round.Wanted);
    }

    [Fact]
    public void Fitting_ClientsComeAndGo_LeavesTheCohort()
    {
        var run = new TestRun(TestRun.Spec, 3);

        Assert.Empty(run.Join(9));
        Assert.Empty(run.Join(0));

        Assert.Equal(TestRun.Clients(3), run.Round.Cohort);
    }

    [Fact]
    public void RoundPublished_ClientsAreThere_OpensTheNextOnTheNewVersion()
    {
        var run = new TestRun(TestRun.Spec, 2);

        var effects = run.PlayRound();

        Assert.Equal([typeof(RunEffect.Publish), typeof(RunEffect.CloseRound), typeof(RunEffect.OpenRound)], effects.Select(e => e.GetType()));
        Assert.Equal((2, 1), (run.Round.Number, run.Round.BaseVersion));
    }

    [Fact]
    public void Waiting_ClientLeavesWhenARoundIsDue_IsNotSelected()
    {
        var run = new TestRun(TestRun.Spec with { Closing = new ClosingSpec { MaxSeconds = 10 } }, clients: 2);
        Assert.IsType<RunEffect.VoidRound>(Assert.Single(run.TickAfter(10)));

        run.Pass(5);

        Assert.Equal(["c00"], Assert.IsType<RunEffect.OpenRound>(Assert.Single(run.Join(1))).Round.Cohort);
    }
}
