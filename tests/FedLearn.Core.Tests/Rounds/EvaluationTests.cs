using FedLearn.Core.Rounds;
using FedLearn.Core.Specs;

namespace FedLearn.Core.Tests.Rounds;

public class EvaluationTests
{
    private static RunSpec Every(int k, int rounds = 3) =>
        TestRun.Spec with { Stop = new StopSpec { Rounds = rounds }, Evaluation = new EvaluationSpec { EveryRounds = k, MaxSeconds = 50 } };

    [Fact]
    public void Evaluation_EverySecondRound_IsDueThenAndOnTheLast()
    {
        var run = new TestRun(Every(2, rounds: 5), 1);
        while (run.State.Phase != RunPhase.Over)
        {
            run.PlayRound();
            if (run.State.Phase == RunPhase.Evaluating)
            {
                run.Report("c00");
            }
        }

        Assert.Equal([2, 4, 5], run.Log.OfType<RunEffect.OpenEvaluation>().Select(e => e.Version));
        Assert.Equal(5, run.Log.OfType<RunEffect.CloseRound>().Count());
    }

    [Fact]
    public void Evaluation_EveryZeroRounds_IsNeverDue()
    {
        var run = new TestRun(Every(0), 1);
        for (var i = 0; i < 3; i++)
        {
            run.PlayRound();
        }

        Assert.Equal(RunPhase.Over, run.State.Phase);
        Assert.Empty(run.Log.OfType<RunEffect.OpenEvaluation>());
    }

    [Fact]
    public void Evaluation_WallTimeRanOutWhileAggregating_IsDueOnTheLastRound()
    {
        var run = new TestRun(Every(3) with { Stop = new StopSpec { Rounds = 9, WallSeconds = 30 } }, 1);
        run.SendAll();
        run.Pass(30);

        Assert.IsType<RunEffect.OpenEvaluation>(run.Aggregated()[1]);
        Assert.IsType<RunEffect.EndRun>(run.Report("c00")[2]);
    }

    [Fact]
    public void Evaluation_TooFewEligible_IsSkipped()
    {
        var spec = Every(1) with { Evaluation = new EvaluationSpec { MinReports = 2 } };
        var run = new TestRun(spec, 1);

        var effects = run.PlayRound();

        Assert.Empty(Assert.IsType<RunEffect.CloseRound>(effects[1]).Metrics);
    }

    [Fact]
    public void Evaluation_AllReported_ClosesWithTheMeanWeightedByExamples()
    {
        var run = new TestRun(Every(1), 2);
        run.PlayRound();
        Assert.IsType<RunEffect.RecordEvaluation>(Assert.Single(run.Do(
            new RunEvent.EvaluationReported("c00", 1, TestRun.Result(30, ("loss", 0.5), ("accuracy", 1))))));

        var effects = run.Do(new RunEvent.EvaluationReported("c01", 1, TestRun.Result(10, ("loss", 1.5))));

        var closed = Assert.IsType<RunEffect.CloseRound>(effects[1]);
        Assert.Equal(0.75, closed.Metrics["loss"]);
        Assert.Equal(1, closed.Metrics["accuracy"]);
        Assert.Equal(2, closed.Round.Reports.Count);
    }

    [Fact]
    public void Evaluation_EnormousReports_HaveAFiniteMean()
    {
        var run = new TestRun(Every(1), 2);
        run.PlayRound();
        run.Report("c00", double.MaxValue, examples: long.MaxValue);

        var closed = Assert.IsType<RunEffect.CloseRound>(run.Report("c01", double.MaxValue, examples: 3)[1]);

        Assert.Equal(double.MaxValue, closed.Metrics["loss"]);
    }

    [Fact]
    public void Evaluation_EveryoneReportsTheSame_IsExactlyThat()
    {
        var run = new TestRun(Every(1), 7);
        run.PlayRound();
        foreach (var client in run.Round.Evaluators)
        {
            run.Report(client, 0.9, "accuracy", examples: 1 + client[2]);
        }

        Assert.Equal(0.9, run.Log.OfType<RunEffect.CloseRound>().Single().Metrics["accuracy"]);
    }

    [Fact]
    public void Evaluation_Deadline_ClosesWithWhatCame()
    {
        var run = new TestRun(Every(1), 3);
        run.PlayRound();
        run.Report("c02", 4);

        Assert.Empty(run.TickAfter(49.9));
        var closed = Assert.IsType<RunEffect.CloseRound>(run.TickAfter(0.1)[0]);

        Assert.Equal(4, closed.Metrics["loss"]);
    }

    [Fact]
    public void Evaluation_BelowItsMinimum_IsVoidButTheRoundStaysPublished()
    {
        var spec = Every(1) with { Evaluation = new EvaluationSpec { MinReports = 2, MaxSeconds = 50 } };
        var run = new TestRun(spec, 3);
        run.PlayRound();
        run.Report("c02", 4);

        var closed = Assert.IsType<RunEffect.CloseRound>(run.TickAfter(50)[0]);

        Assert.Empty(closed.Metrics);
        Assert.Equal((1, 2), (run.State.Version, run.Round.Number));
    }

    [Fact]
    public void Evaluation_TheOthersGaveUp_ClosesAtOnce()
    {
        var run = new TestRun(Every(1), 2);
        run.PlayRound();
        run.Report("c00");

        Assert.IsType<RunEffect.CloseRound>(run.Decline("c01", RunPhase.Evaluating)[0]);
    }

    [Fact]
    public void Evaluation_ReportAgain_IsIgnoredAndKnown()
    {
        var run = new TestRun(Every(1), 2);
        run.PlayRound();
        run.Report("c00", 1);

        Assert.Equal(new RunEffect.IgnoreEvaluation("c00", 1, Repeated: true), Assert.Single(run.Report("c00", 2)));
        Assert.Equal(1, run.Round.Reports["c00"].Metrics["loss"]);
    }

    [Fact]
    public void Evaluation_ReportNobodyAskedFor_IsIgnored()
    {
        var run = new TestRun(Every(1) with { Evaluation = new EvaluationSpec { Fraction = 0.5 } }, 2);
        Assert.Equal(new RunEffect.IgnoreEvaluation("c00", 1, Repeated: false), Assert.Single(run.Report("c00")));
        run.PlayRound();
        var outsider = TestRun.Clients(2).Except(run.Round.Evaluators).Single();

        Assert.Equal(new RunEffect.IgnoreEvaluation(outsider, 1, Repeated: false), Assert.Single(run.Report(outsider)));
        Assert.Equal(new RunEffect.IgnoreEvaluation(run.Round.Evaluators[0], 2, Repeated: false), Assert.Single(run.Report(run.Round.Evaluators[0], round: 2)));
    }

    [Fact]
    public void Evaluation_ReportAfterGivingUp_IsIgnored()
    {
        var run = new TestRun(Every(1), 2);
        run.PlayRound();
        run.Decline("c00", RunPhase.Evaluating);

        Assert.IsType<RunEffect.IgnoreEvaluation>(Assert.Single(run.Report("c00")));
    }

    [Fact]
    public void Evaluation_ClientGaveUpTheFit_MayStillEvaluate()
    {
        var run = new TestRun(Every(1), 2);
        run.Decline("c00");
        run.Send("c01");
        run.Aggregated();

        Assert.IsType<RunEffect.RecordEvaluation>(run.Report("c00")[0]);
    }
}
