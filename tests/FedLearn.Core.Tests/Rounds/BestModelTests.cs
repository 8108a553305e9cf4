using CsCheck;
using FedLearn.Core.Rounds;
using FedLearn.Core.Specs;

namespace FedLearn.Core.Tests.Rounds;

public class BestModelTests
{
    [Theory]
    [InlineData(null, new[] { 0.5, 0.2, 0.2, 0.3 }, 2)]
    [InlineData("loss", new[] { 0.5, 0.2, 0.2, 0.3 }, 2)]
    [InlineData("accuracy", new[] { 0.5, 0.7, 0.7, 0.3 }, 2)]
    public void Best_ByTheTargetsMetricOrLoss_IsTheFirstOfTheBest(string? metric, double[] values, int version)
    {
        var run = new TestRun(
            TestRun.Spec with
            {
                Evaluation = new EvaluationSpec(),
                Stop = new StopSpec { Rounds = 10, Target = metric is null ? null : new TargetSpec(metric, metric == "loss" ? -1 : 2) },
            },
            1);
        foreach (var value in values)
        {
            run.PlayRound();
            run.Report("c00", value, metric ?? "loss");
        }

        Assert.Equal(new BestModel(version, values[version - 1]), run.State.Best);
    }

    [Fact]
    public void Best_RoundsWithoutTheMetric_LeaveItAsItWas()
    {
        var run = new TestRun(TestRun.Spec with { Evaluation = new EvaluationSpec() }, 1);
        run.PlayRound();
        run.Report("c00", 0.9, "accuracy");
        Assert.Null(run.State.Best);

        run.PlayRound();
        run.Report("c00", 0.5);
        run.PlayRound();
        run.Decline("c00", RunPhase.Evaluating);

        Assert.Equal(new BestModel(2, 0.5), run.State.Best);
    }

    [Fact]
    public void Spread_ByHand_IsWorstMedianAndBestOfEachMetric()
    {
        var spread = MetricSpread.Of(
        [
            TestRun.Result(1, ("loss", 0.5), ("accuracy", 0.9), ("confusion.0.1", 0.1)),
            TestRun.Result(100, ("loss", 0.1), ("accuracy", 0.2)),
            TestRun.Result(1, ("loss", 0.3), ("accuracy", 0.6)),
            TestRun.Result(1, ("accuracy", 0.8)),
        ]);

        Assert.Equal(["accuracy", "loss"], spread.Keys);
        Assert.Equal(new MetricSpread(0.2, 0.7, 0.9), spread["accuracy"], Close);
        Assert.Equal(new MetricSpread(0.5, 0.3, 0.1), spread["loss"], Close);
    }

    [Fact]
    public void Spread_AnyReports_DoesNotDependOnTheirOrderAndMeansLieWithin() =>
        Gen.Double[-1e300, 1e300].Array[1, 20].Sample(
            values =>
            {
                var reports = values.Select(v => TestRun.Result(1, ("accuracy", v))).ToList();
                var spread = MetricSpread.Of(reports)["accuracy"];

                Assert.Equal(spread, MetricSpread.Of(Enumerable.Reverse(reports))["accuracy"]);
                Assert.Equal((values.Min(), values.Max()), (spread.Worst, spread.Best));
                Assert.InRange(spread.Median, spread.Worst, spread.Best);
                Assert.InRange(values.Count(v => v <= spread.Median), (values.Length + 1) / 2, values.Length);
            },
            iter: 500);

    private static bool Close(MetricSpread a, MetricSpread b) =>
        Math.Abs(a.Worst - b.Worst) + Math.Abs(a.Median - b.Median) + Math.Abs(a.Best - b.Best) < 1e-12;
}
