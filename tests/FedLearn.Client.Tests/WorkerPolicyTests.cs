using FedLearn.Core.Specs;

namespace FedLearn.Client.Tests;

public sealed class WorkerPolicyTests
{
    private static readonly RunSpec s_spec = RunSpecParser.Parse("""
        {
          "name": "digits-7",
          "model": { "kind": "custom", "tensors": [ { "name": "w", "shape": [10], "init": { "kind": "zeros" } } ] },
          "cohort": { "minimum": 3 }
        }
        """).Spec!;

    [Fact]
    public void Default_ServesNothingAndIsAMistakeThatSaysWhatToGive()
    {
        Assert.Equal("this participant's policy: it serves the runs that it names, and names none, not 'digits-7'", new WorkerPolicy().WhyNot("digits-7", s_spec));
        Assert.Contains("--serve NAME", Assert.Single(new WorkerPolicy().Mistakes()), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("digits-7", true)]
    [InlineData("digits-*", true)]
    [InlineData("*", true)]
    [InlineData("digits", false)]
    [InlineData("Digits-7", false)]
    [InlineData("*-8", false)]
    public void Runs_ByPattern_AreServed(string pattern, bool served) =>
        Assert.Equal(served, new WorkerPolicy { Runs = ["other", pattern] }.WhyNot("digits-7", s_spec) is null);

    [Fact]
    public void EachBound_ThatTheRunGoesBeyond_IsTheReason()
    {
        var policy = WorkerPolicy.Everything;

        Assert.Null(policy.WhyNot("digits-7", s_spec));
        Assert.Contains("model kinds mlp, not 'custom'", (policy with { Kinds = ["mlp"] }).WhyNot("digits-7", s_spec));
        Assert.Contains($"strategies scaffold, fedn*, not '{s_spec.Strategy.Kind}'", (policy with { Strategies = ["scaffold", "fedn*"] }).WhyNot("digits-7", s_spec));
        Assert.Contains("at least 4 clients, the run has cohort.minimum 3", (policy with { MinimumCohort = 4 }).WhyNot("digits-7", s_spec));
        Assert.Null((policy with { MinimumCohort = 3, MaxParameters = 10 }).WhyNot("digits-7", s_spec));
        Assert.Contains("at most 9 parameters, the run's model has 10", (policy with { MaxParameters = 9 }).WhyNot("digits-7", s_spec));
    }

    [Fact]
    public void Mistakes_OutOfBounds_AreNamed() =>
        Assert.Equal(2, (WorkerPolicy.Everything with { MinimumCohort = 0, MaxParameters = -1 }).Mistakes().Count());
}
