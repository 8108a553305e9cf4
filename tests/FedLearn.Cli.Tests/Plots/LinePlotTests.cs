using FedLearn.Cli.Plots;

namespace FedLearn.Cli.Tests.Plots;

public class LinePlotTests
{
    [Theory]
    [InlineData(1, new double[] { 1, 2 })]
    [InlineData(3, new double[] { 1, 2, 3 })]
    [InlineData(100, new double[] { 0, 20, 40, 60, 80, 100 })]
    public void XAxis_OfRounds_HasTicksAtWholeRoundsOnly(int rounds, double[] ticks)
    {
        var plot = new LinePlot("loss", "round", [new("run", [.. Enumerable.Range(1, rounds).Select(r => ((double)r, 0.5))])]);

        Assert.Equal(ticks, plot.XAxis.Ticks);
    }

    [Fact]
    public void YAxis_OfFractions_HasTicksBetweenWholeNumbers()
    {
        var plot = new LinePlot("accuracy", "round", [new("run", [(1, 0.2), (2, 0.4)])]);

        Assert.Equal([0.2, 0.25, 0.3, 0.35, 0.4], plot.YAxis.Ticks.Select(t => Math.Round(t, 12)));
    }
}
