using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using FedLearn.Core.Specs;

namespace FedLearn.Core.Rounds;

/// <summary>
/// Draws cohorts. Who is selected is a function of (run seed, round, stage, eligible client ids, <see cref="SelectionFacts"/>) and of nothing else:
/// each client gets the rank SHA-256(seed, round, stage, id), and the lowest ranks take part. Where clients have weights, these are the ranks as
/// exponential variates divided by the weights: drawing one client after the other without replacement, each time with chances proportional to the
/// weights (Efraimidis and Spirakis 2006, algorithm A). With equal weights it is the same cohort as without.
/// </summary>
public static class Selection
{
    /// <summary>What <see cref="MaxWait"/> is where the spec does not say and clients have weights.</summary>
    public const double DefaultMaxWait = 3;

    private const double RankUnit = 1.0 / 18446744073709551616.0; // 2^-64

    /// <summary>A round opens only when this many clients are eligible.</summary>
    public static int Needed(RunSpec spec) => Math.Max(spec.Cohort.Minimum, spec.Closing.MinUpdates);

    /// <summary>How many updates a round wants, before over-selection.</summary>
    public static int Wanted(RunSpec spec, int eligible)
    {
        var share = spec.Cohort.Count > 0 ? spec.Cohort.Count : Share(spec.Cohort.Fraction, eligible);
        return Math.Min(eligible, Math.Max(share, Needed(spec)));
    }

    /// <summary>
    /// In units of N / c rounds, the pace of equal turns (N eligible clients, cohorts of c): whoever was not selected for so long goes before
    /// everybody else, the longest wait first. Infinite = nobody goes before.
    /// </summary>
    public static double MaxWait(CohortSpec cohort) =>
        cohort.MaxWait ?? (cohort.Selection == SelectionKind.Uniform ? double.PositiveInfinity : DefaultMaxWait);

    /// <summary>Whether the spec's selection asks what the run remembers of clients.</summary>
    public static bool UsesRecords(RunSpec spec) => spec.Cohort.Selection != SelectionKind.Uniform || spec.Cohort.MaxWait is not null;

    /// <summary>The cohort of a round's fit stage. Needs at least <see cref="Needed"/> eligible clients.</summary>
    public static ImmutableSortedSet<string> FitCohort(RunSpec spec, int round, IReadOnlyCollection<string> eligible, SelectionFacts? known = null)
    {
        var facts = known ?? SelectionFacts.None;
        var count = Share(spec.Cohort.OverSelection, Wanted(spec, eligible.Count));
        var longest = MaxWait(spec.Cohort) * eligible.Count / count;
        var weights = SelectionWeights.Of(spec.Cohort.Selection, eligible, facts);
        return Draw(spec.Seed, round, "fit", eligible, count, weights, id => round - facts.Of(id).LastRound is var wait && wait >= longest ? wait : 0);
    }

    /// <summary>The clients that evaluate a round's version: all that only evaluate, and of the others the spec's share, or more where too few would report.</summary>
    public static ImmutableSortedSet<string> Evaluators(
        RunSpec spec, int round, IReadOnlyCollection<string> eligible, ImmutableSortedSet<string> evaluateOnly)
    {
        if (spec.Evaluation.Fraction == 0)
        {
            return evaluateOnly;
        }

        var count = Math.Max(Share(spec.Evaluation.Fraction, eligible.Count), spec.Evaluation.MinReports - evaluateOnly.Count);
        return Draw(spec.Seed, round, "evaluate", eligible, count, _ => 1, _ => 0).Union(evaluateOnly);
    }

    // In decimal, because what people write is decimal: 0.07 of 100 is 7, where double makes it a little more and the ceiling 8.
    private static int Share(double factor, int count) => (int)Math.Ceiling((decimal)factor * count);

    private static ImmutableSortedSet<string> Draw(
        long seed, int round, string stage, IReadOnlyCollection<string> eligible, int count, Func<string, double> weight, Func<string, int> overdue) =>
        eligible
            .Select(id => (id, rank: Rank(seed, round, stage, id)))
            .OrderByDescending(c => overdue(c.id))
            .ThenBy(c => Exponential(c.rank) / weight(c.id))
            .ThenBy(c => c.rank)
            .ThenBy(c => c.id, StringComparer.Ordinal)
            .Take(count)
            .Select(c => c.id)
            .ToImmutableSortedSet(StringComparer.Ordinal);

    /// <summary>The exponential variate of mean 1 that a uniform rank stands for; it grows with the rank.</summary>
    private static double Exponential(ulong rank) => -Math.Log(1 - (rank * RankUnit));

    private static ulong Rank(long seed, int round, string stage, string id)
    {
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes($"{seed}/{round}/{stage}/{id}"));
        return BinaryPrimitives.ReadUInt64BigEndian(hash);
    }
}
