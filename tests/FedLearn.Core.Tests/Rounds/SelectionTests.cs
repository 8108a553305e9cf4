using System.Collections.Immutable;
using CsCheck;
using FedLearn.Core.Rounds;
using FedLearn.Core.Specs;

namespace FedLearn.Core.Tests.Rounds;

public class SelectionTests
{
    private static readonly RunSpec Spec = TestRun.Spec with { Seed = 42, Cohort = new CohortSpec { Count = 5 }, Evaluation = new EvaluationSpec { Fraction = 0.25 } };

    [Fact]
    public void FitCohort_AnyOrderOfTheEligible_IsTheSame() =>
        Gen.Shuffle(TestRun.Clients(20).ToArray()).Sample(
            shuffled =>
            {
                Assert.Equal(Selection.FitCohort(Spec, 3, TestRun.Clients(20)), Selection.FitCohort(Spec, 3, shuffled));
                Assert.Equal(Selection.Evaluators(Spec, 3, TestRun.Clients(20), TestRun.Clients(0)), Selection.Evaluators(Spec, 3, shuffled, TestRun.Clients(0)));
            },
            iter: 100);

    [Fact]
    public void FitCohort_OtherSettingsThanSeedAndCounts_AreTheSame() =>
        Assert.Equal(
            Selection.FitCohort(Spec, 3, TestRun.Clients(20)),
            Selection.FitCohort(Spec with { Name = "other", Stop = new StopSpec { Rounds = 99 } }, 3, TestRun.Clients(20)));

    [Fact]
    public void FitCohort_AnotherRoundOrSeed_IsAnotherDraw()
    {
        var eligible = TestRun.Clients(100);
        var cohort = Selection.FitCohort(Spec, 1, eligible);

        Assert.NotEqual(cohort, Selection.FitCohort(Spec, 2, eligible));
        Assert.NotEqual(cohort, Selection.FitCohort(Spec with { Seed = 43 }, 1, eligible));
    }

    [Fact]
    public void Evaluators_SameSize_IsAnotherDrawThanTheFit()
    {
        var eligible = TestRun.Clients(100);
        var spec = Spec with { Cohort = new CohortSpec { Count = 25 } };

        var (fit, evaluate) = (Selection.FitCohort(spec, 1, eligible), Selection.Evaluators(spec, 1, eligible, TestRun.Clients(0)));

        Assert.Equal((25, 25), (fit.Count, evaluate.Count));
        Assert.NotEqual(fit, evaluate);
    }

    [Fact]
    public void Evaluators_ShareBelowTheMinimum_IsTheMinimum() =>
        Assert.Equal(4, Selection.Evaluators(Spec with { Evaluation = new EvaluationSpec { Fraction = 0.01, MinReports = 4 } }, 1, TestRun.Clients(10), TestRun.Clients(0)).Count);

    [Theory]
    [InlineData(0, 1, 2)]
    [InlineData(0, 3, 2)] // too few report; those who train are not asked all the same
    [InlineData(0.2, 1, 4)]
    [InlineData(0.2, 7, 7)]
    public void Evaluators_BesideThoseWhoOnlyEvaluate_AreTheShareOrWhatTheMinimumLacks(double fraction, int minReports, int expected)
    {
        var spec = Spec with { Evaluation = new EvaluationSpec { Fraction = fraction, MinReports = minReports } };
        ImmutableSortedSet<string> only = ["judge-a", "judge-b"];

        var evaluators = Selection.Evaluators(spec, 1, TestRun.Clients(10), only);

        Assert.Equal(expected, evaluators.Count);
        Assert.True(evaluators.IsSupersetOf(only));
    }

    [Fact]
    public void FitCohort_OneClientMore_KeepsOrReplacesOne()
    {
        // Ranks belong to clients, so whoever joins can push one other out and no more.
        for (var round = 1; round <= 50; round++)
        {
            var before = Selection.FitCohort(Spec, round, TestRun.Clients(20));
            var after = Selection.FitCohort(Spec, round, TestRun.Clients(21));
            Assert.InRange(before.Except(after).Count, 0, 1);
        }
    }

    [Fact]
    public void FitCohort_ManyRounds_IsFairToEveryClientAndPair()
    {
        const int rounds = 4000;
        var eligible = TestRun.Clients(20);
        var single = eligible.ToDictionary(id => id, _ => 0);
        var together = 0;
        for (var round = 1; round <= rounds; round++)
        {
            var cohort = Selection.FitCohort(Spec, round, eligible);
            foreach (var id in cohort)
            {
                single[id]++;
            }

            together += cohort.Contains("c03") && cohort.Contains("c11") ? 1 : 0;
        }

        // 5 of 20 drawn without replacement: a chi-square of 19 degrees of freedom, shrunk by (1 - 5/20); its 99.99 % point is 50.8.
        var expected = rounds * 5 / 20.0;
        var chiSquare = single.Values.Sum(n => (n - expected) * (n - expected) / expected) / (1 - (5 / 20.0));
        Assert.InRange(chiSquare, 4, 50.8);

        // Two given clients meet with chance 5/20 * 4/19 = 1/19: 210.5 times, standard deviation 14.1.
        Assert.InRange(together, 210 - 57, 210 + 57);
    }
}
