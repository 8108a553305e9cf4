using FedLearn.Training.Simulation;

namespace FedLearn.Training.Tests.Simulation;

public class StragglersTests
{
    private static readonly string[] s_cohort = [.. Enumerable.Range(0, 10).Select(i => $"c{i}")];

    [Fact]
    public void Plan_OfPartialWork_LetsAShareDoOneToAllEpochs()
    {
        var plans = Enumerable.Range(1, 500).Select(round => new Stragglers(0.9, Drop: false).Plan(1, round, s_cohort, 20).ToList()).ToList();

        Assert.All(plans, plan => Assert.Equal(s_cohort, plan.Select(p => p.ClientId).Order()));
        var epochs = plans.SelectMany(plan => plan.Select(p => p.Epochs)).ToList();
        Assert.Equal((1, 20), (epochs.Min(), epochs.Max()));

        // A tenth does all 20, the others 10.5 in the mean: 11.45, with a standard error of 0.09 over 5,000 draws.
        Assert.InRange(epochs.Average(), 11.05, 11.85);
        Assert.All(s_cohort, id => Assert.Contains(plans, plan => plan.Single(p => p.ClientId == id).Epochs < 20));
    }

    [Fact]
    public void Plan_OfDroppedWork_LeavesThemOut()
    {
        var plan = new Stragglers(0.9, Drop: true).Plan(1, 1, s_cohort, 20).ToList();

        Assert.Equal(20, Assert.Single(plan).Epochs);
        Assert.Equal(10, Stragglers.None.Plan(1, 1, s_cohort, 20).Count(p => p.Epochs == 20));
    }

    [Fact]
    public void Plan_WhateverTheCohortsOrder_IsTheSame() =>
        Assert.Equal(
            new Stragglers(0.5, Drop: false).Plan(1, 7, s_cohort, 20).Order(),
            new Stragglers(0.5, Drop: false).Plan(1, 7, s_cohort.Reverse().ToArray(), 20).Order());

    [Theory]
    [InlineData("0.9:drop", 0.9, true)]
    [InlineData("0.5:partial", 0.5, false)]
    [InlineData("none", 0, false)]
    public void Parse_Valid_IsRead(string text, double fraction, bool drop) => Assert.Equal(new(fraction, drop), Stragglers.Parse(text));

    [Theory]
    [InlineData("")]
    [InlineData("0.9")]
    [InlineData("1.1:drop")]
    [InlineData("0.9:late")]
    [InlineData("NaN:drop")]
    public void Parse_Invalid_IsRefused(string text) => Assert.Throws<InvalidDataException>(() => Stragglers.Parse(text));
}
