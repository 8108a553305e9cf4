using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using FedLearn.Core.Specs;

namespace FedLearn.Core.Rounds;

/// <summary>
/// Draws cohorts. Who is selected is a function of (run seed, round, stage, eligible client ids) and of nothing else: each client
/// gets the rank SHA-256(seed, round, stage, id), and the lowest ranks take part.
/// </summary>
public static class Selection
{
    /// <summary>A round opens only when this many clients are eligible.</summary>
    public static int Needed(RunSpec spec) => Math.Max(spec.Cohort.Minimum, spec.Closing.MinUpdates);

    /// <summary>How many updates a round wants, before over-selection.</summary>
    public static int Wanted(RunSpec spec, int eligible)
    {
        var share = spec.Cohort.Count > 0 ? spec.Cohort.Count : Share(spec.Cohort.Fraction, eligible);
        return Math.Min(eligible, Math.Max(share, Needed(spec)));
    }

    /// <summary>The cohort of a round's fit stage. Needs at least <see cref="Needed"/> eligible clients.</summary>
    public static ImmutableSortedSet<string> FitCohort(RunSpec spec, int round, IReadOnlyCollection<string> eligible)
    {
        var count = Share(spec.Cohort.OverSelection, Wanted(spec, eligible.Count));
        return Draw(spec.Seed, round, "fit", eligible, count);
    }

    /// <summary>The clients that evaluate a round's version.</summary>
    public static ImmutableSortedSet<string> EvaluationCohort(RunSpec spec, int round, IReadOnlyCollection<string> eligible)
    {
        var count = Share(spec.Evaluation.Fraction, eligible.Count);
        return Draw(spec.Seed, round, "evaluate", eligible, Math.Max(count, spec.Evaluation.MinReports));
    }

    // In decimal, because what people write is decimal: 0.07 of 100 is 7, where double makes it a little more and the ceiling 8.
    private static int Share(double factor, int count) => (int)Math.Ceiling((decimal)factor * count);

    private static ImmutableSortedSet<string> Draw(long seed, int round, string stage, IReadOnlyCollection<string> eligible, int count) =>
        eligible
            .Select(id => (id, rank: Rank(seed, round, stage, id)))
            .OrderBy(c => c.rank)
            .ThenBy(c => c.id, StringComparer.Ordinal)
            .Take(count)
            .Select(c => c.id)
            .ToImmutableSortedSet(StringComparer.Ordinal);

    private static ulong Rank(long seed, int round, string stage, string id)
    {
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes($"{seed}/{round}/{stage}/{id}"));
        return BinaryPrimitives.ReadUInt64BigEndian(hash);
    }
}
