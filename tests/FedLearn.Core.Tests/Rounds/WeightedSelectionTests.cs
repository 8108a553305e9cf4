using System.Collections.Immutable;
using CsCheck;
using FedLearn.Core.Rounds;
using FedLearn.Core.Specs;

namespace FedLearn.Core.Tests.Rounds;

public class WeightedSelectionTests
{
    private static readonly ImmutableSortedSet<string> s_eligible = TestRun.Clients(6);

    [Fact]
    public void FitCohort_DataSize_FirstDrawIsProportionalToExamples()
    {
        // 5 degrees of freedom: the 99.99 % point is 25.7.
        var facts = Announced(1, 2, 3, 5, 9, 20);
        Assert.InRange(ChiSquare(Spec(SelectionKind.DataSize, 1), facts, [1 / 40.0, 2 / 40.0, 3 / 40.0, 5 / 40.0, 9 / 40.0, 20 / 40.0]), 0.2, 25.7);
    }

    [Fact]
    public void FitCohort_Availability_FirstDrawIsProportionalToTheSquaredScore()
    {
        // c00 is always first, c01 last of two, c02 never delivers, and the others are new.
        var facts = SelectionFacts.None;
        for (var round = 0; round < 30; round++)
        {
            facts = facts.Closed(["c00", "c01", "c02"], Updates(("c00", 1, 10), ("c01", 1, 20)));
        }

        var sum = (1 - Math.Pow(0.9, 30)) / 0.1;
        double late = (1 + (0.75 * sum)) / (1 + sum), dead = 1 / (1 + sum);
        Assert.Equal((1, late, dead), (facts.Of("c00").Score, facts.Of("c01").Score, facts.Of("c02").Score), (a, b) =>
            Math.Abs(a.Item1 - b.Item1) + Math.Abs(a.Item2 - b.Item2) + Math.Abs(a.Item3 - b.Item3) < 1e-12);

        double[] weights = [1, late * late, dead * dead, 1, 1, 1];
        Assert.InRange(ChiSquare(Spec(SelectionKind.Availability, 1), facts, [.. weights.Select(w => w / weights.Sum())]), 0.2, 25.7);
    }

    [Fact]
    public void FitCohort_DataSize_SecondDrawIsProportionalAmongTheRest()
    {
        // Of weights 1, 2, 3 a pair {i, j} has the chance p_i p_j / (1 - p_i) + p_j p_i / (1 - p_j).
        const int rounds = 6000;
        var facts = Announced(1, 2, 3);
        var spec = Spec(SelectionKind.DataSize, 2);
        var without = new int[3];
        for (var round = 1; round <= rounds; round++)
        {
            var cohort = Selection.FitCohort(spec, round, TestRun.Clients(3), facts);
            without[Enumerable.Range(0, 3).Single(i => !cohort.Contains($"c{i:00}"))]++;
        }

        double[] p = [1 / 6.0, 2 / 6.0, 3 / 6.0];
        double[] expected = [Pair(1, 2), Pair(0, 2), Pair(0, 1)];
        Assert.Equal(1, expected.Sum(), 12);
        var chiSquare = without.Zip(expected, (n, e) => (n - (rounds * e)) * (n - (rounds * e)) / (rounds * e)).Sum();
        Assert.InRange(chiSquare, 0, 18.4); // 2 degrees of freedom, 99.99 %

        double Pair(int i, int j) => (p[i] * p[j] / (1 - p[i])) + (p[j] * p[i] / (1 - p[j]));
    }

    [Fact]
    public void FitCohort_EqualWeights_IsTheUniformCohort() =>
        Gen.Select(Gen.Int[1, 40], Gen.Int[1, 10_000], Gen.Long, Gen.Long[1, 1_000_000]).Sample(
            (count, round, seed, examples) =>
            {
                var eligible = TestRun.Clients(40);
                var facts = SelectionFacts.None with { Announced = eligible.ToImmutableSortedDictionary(id => id, _ => examples, StringComparer.Ordinal) };
                var expected = Selection.FitCohort(Spec(SelectionKind.Uniform, count) with { Seed = seed }, round, eligible);
                foreach (var kind in (SelectionKind[])[SelectionKind.DataSize, SelectionKind.Availability])
                {
                    var spec = Spec(kind, count) with { Seed = seed };
                    Assert.Equal(expected, Selection.FitCohort(spec with { Cohort = spec.Cohort with { MaxWait = 1_000_000 } }, round, eligible, facts));
                }
            },
            iter: 300);

    [Fact]
    public void FitCohort_OneClient_IsSelected()
    {
        foreach (var kind in Enum.GetValues<SelectionKind>())
        {
            Assert.Equal(["c00"], Selection.FitCohort(Spec(kind, 1), 7, ["c00"], Announced(5).Closed(["c00"], Updates())));
        }
    }

    [Fact]
    public void FitCohort_SizeUnknown_IsTheLastUpdatesElseTheMean()
    {
        // c00 announces 30, c01 delivered 10, of c02 nothing is known: it counts as 20.
        var facts = Announced(30).Closed(["c01"], Updates(("c01", 10, 1)));
        var eligible = TestRun.Clients(3);
        var counts = Counts(Spec(SelectionKind.DataSize, 1), facts, eligible, rounds: 6000);

        double[] shares = [30 / 60.0, 10 / 60.0, 20 / 60.0];
        Assert.InRange(counts.Zip(shares, (n, p) => (n - (6000 * p)) * (n - (6000 * p)) / (6000 * p)).Sum(), 0, 18.4);
    }

    [Fact]
    public void FitCohort_AnyWeightsAndDeliveries_NobodyWaitsLongerThanPromised() =>
        Gen.Select(Gen.Int[1, 25], Gen.Int[1, 25], Gen.Double[1, 5], Gen.Enum<SelectionKind>(), Gen.Long).Sample(
            (clients, count, maxWait, kind, seed) =>
            {
                count = Math.Min(count, clients);
                var spec = Spec(kind, count) with { Seed = seed, Cohort = new CohortSpec { Count = count, Selection = kind, MaxWait = maxWait } };
                var eligible = TestRun.Clients(clients);
                // From 1 example to 10^15, and only the first half ever delivers.
                var facts = SelectionFacts.None with { Announced = Sizes(clients) };
                var last = eligible.ToDictionary(id => id, _ => 0);
                var promised = Math.Ceiling(maxWait * clients / count) + Math.Ceiling((double)clients / count) - 1;
                for (var round = 1; round <= 120; round++)
                {
                    var cohort = Selection.FitCohort(spec, round, eligible, facts);
                    facts = facts.Opened(round, cohort).Closed(cohort, Updates([.. cohort.Where(id => eligible.IndexOf(id) < clients / 2).Select(id => (id, 1L, 1L))]));
                    foreach (var id in cohort)
                    {
                        last[id] = round;
                    }

                    Assert.All(last, l => Assert.InRange(round + 1 - l.Value, 1, promised + (cohort.Contains(l.Key) ? 1 : 0)));
                }
            },
            iter: 200);

    [Fact]
    public void FitCohort_NoLimit_LeavesTheUnlikelyWaiting()
    {
        // What the limit is for: without one, a client of one example beside 24 of millions is not seen in 400 rounds.
        var spec = Spec(SelectionKind.DataSize, 1);
        var eligible = TestRun.Clients(25);
        var facts = SelectionFacts.None with { Announced = eligible.ToImmutableSortedDictionary(id => id, id => id == "c00" ? 1L : 100_000_000, StringComparer.Ordinal) };
        var (limited, free) = (0, 0);
        var remembered = facts;
        for (var round = 1; round <= 400; round++)
        {
            var cohort = Selection.FitCohort(spec, round, eligible, remembered);
            remembered = remembered.Opened(round, cohort);
            limited += cohort.Contains("c00") ? 1 : 0;
            free += Selection.FitCohort(spec with { Cohort = spec.Cohort with { MaxWait = 1_000_000 } }, round, eligible, facts).Contains("c00") ? 1 : 0;
        }

        Assert.Equal(0, free);
        Assert.InRange(limited, 400 / (75 + 24), 400 / 75);
    }

    [Fact]
    public void Run_Uniform_RemembersNothing()
    {
        var run = new TestRun(TestRun.Spec, 3);
        run.PlayRound();

        Assert.Empty(run.State.Facts.Records);
    }

    [Fact]
    public void Run_VoidRound_MarksWhoDidNotDeliver()
    {
        var run = new TestRun(
            TestRun.Spec with { Cohort = new CohortSpec { Selection = SelectionKind.Availability }, Closing = new ClosingSpec { MinUpdates = 2, MaxSeconds = 10 } }, 2);
        run.Send("c01", examples: 7);
        run.TickAfter(11);

        Assert.IsType<RunEffect.VoidRound>(run.Log[^1]);
        Assert.Equal(new ClientRecord { LastRound = 1, Rounds = 1 }, run.State.Facts.Of("c00"));
        Assert.Equal(new ClientRecord { LastRound = 1, Rounds = 1, Marks = 1, Examples = 7 }, run.State.Facts.Of("c01"));
    }

    private static RunSpec Spec(SelectionKind kind, int count) => TestRun.Spec with { Seed = 42, Cohort = new CohortSpec { Count = count, Selection = kind } };

    private static SelectionFacts Announced(params long[] examples) => SelectionFacts.None with
    {
        Announced = examples.Index().ToImmutableSortedDictionary(e => $"c{e.Index:00}", e => e.Item, StringComparer.Ordinal),
    };

    private static ImmutableSortedDictionary<string, long> Sizes(int clients) =>
        TestRun.Clients(clients).Index().ToImmutableSortedDictionary(c => c.Item, c => (long)Math.Pow(10, c.Index % 16), StringComparer.Ordinal);

    private static Dictionary<string, AcceptedUpdate> Updates(params (string Id, long Examples, long At)[] updates) =>
        updates.ToDictionary(u => u.Id, u => new AcceptedUpdate("d", u.Examples, null, u.At));

    private static double ChiSquare(RunSpec spec, SelectionFacts facts, double[] expected)
    {
        const int rounds = 8000;
        var unlimited = spec with { Cohort = spec.Cohort with { MaxWait = 1_000_000 } };
        return Counts(unlimited, facts, s_eligible, rounds).Zip(expected, (n, p) => (n - (rounds * p)) * (n - (rounds * p)) / (rounds * p)).Sum();
    }

    /// <summary>How often each client is selected over rounds that change none of the facts.</summary>
    private static int[] Counts(RunSpec spec, SelectionFacts facts, ImmutableSortedSet<string> eligible, int rounds)
    {
        var unlimited = spec with { Cohort = spec.Cohort with { MaxWait = 1_000_000 } };
        var counts = new int[eligible.Count];
        for (var round = 1; round <= rounds; round++)
        {
            foreach (var id in Selection.FitCohort(unlimited, round, eligible, facts))
            {
                counts[eligible.IndexOf(id)]++;
            }
        }

        return counts;
    }
}
