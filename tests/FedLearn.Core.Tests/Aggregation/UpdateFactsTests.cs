using FedLearn.Core.Aggregation;
using FedLearn.Core.Specs;

namespace FedLearn.Core.Tests.Aggregation;

public class UpdateFactsTests
{
    private static readonly Dictionary<string, double> Nothing = [];

    [Fact]
    public void Of_FedNova_TakesTheStepsWithTheClientsSettings() =>
        Assert.Equal(4.25, Of("fednova", """ "client": { "momentum": 0.5 } """, steps: 3, Nothing).LocalWork, 1e-14);

    [Fact]
    public void Of_QFedAvg_TakesTheBaseLossAndTheRoundsRate()
    {
        var facts = Of("qfedavg", """ "client": { "learningRate": 0.5, "learningRateDecay": 0.5 } """, steps: 0, new() { ["baseLoss"] = 2.5, ["loss"] = 1 });
        Assert.Equal((2.5, 0.25, 10, 3), (facts.BaseLoss, facts.LearningRate, facts.Weight, facts.Norm));
    }

    [Theory]
    [InlineData("fedavg", 0, null, null)]
    [InlineData("fednova", 1, null, null)]
    [InlineData("fednova", 0, null, "steps: strategy fednova expects at least 1, got 0")]
    [InlineData("qfedavg", 0, 0.0, null)]
    [InlineData("qfedavg", 1, null, "metrics.baseLoss: strategy qfedavg expects the mean loss")]
    [InlineData("qfedavg", 1, -0.5, "metrics.baseLoss: strategy qfedavg expects at least 0, got -0.5")]
    public void WhyNot_NamesWhatTheStrategyMisses(string kind, long steps, double? baseLoss, string? why)
    {
        var metrics = baseLoss is { } loss ? new Dictionary<string, double> { ["baseLoss"] = loss } : Nothing;
        Assert.StartsWith(why ?? "", UpdateFacts.WhyNot(new StrategySpec { Kind = kind }, steps, metrics) ?? "", StringComparison.Ordinal);
        Assert.Equal(why is null, UpdateFacts.WhyNot(new StrategySpec { Kind = kind }, steps, metrics) is null);
    }

    private static UpdateFacts Of(string kind, string more, long steps, Dictionary<string, double> metrics)
    {
        var spec = RunSpecParser.Parse($$"""
            { "name": "a", "model": { "kind": "mine", "tensors": [{ "name": "w", "shape": [2] }] }, "strategy": { "kind": "{{kind}}" }, {{more}} }
            """).Spec!;
        return UpdateFacts.Of(spec, round: 2, examples: 10, steps, metrics, norm: 3);
    }
}
