namespace FedLearn.Proofs.Simulation.Bugs;

/// <summary>The planted bugs of this level, by name.</summary>
internal static class PlantedBugs
{
    /// <summary>All of them.</summary>
    public static IReadOnlyDictionary<string, IPlantedBug> All { get; } = new IPlantedBug[]
    {
        new AcknowledgeBeforeCommit(),
        new NoUniqueKey(),
        new CountBeforeDigest(),
        new FoldInArrivalOrder(),
        new WallClockDeadlines(),
        new PublishBeforeDurable(),
        new LateUpdateAccepted(),
        new CountedTwiceAfterReconnect(),
        new TwoWriters(),
        new CarriedOver(),
        new SelectionByArrival(),
        new RoundNumberReused(),
        new SelectsTheOffline(),
        new VoidRoundsForgiven(),
    }.ToDictionary(b => NameOf(b.GetType()), StringComparer.Ordinal);

    /// <exception cref="ArgumentException">There is none of that name; the message lists all.</exception>
    public static IPlantedBug Find(string name) =>
        All.TryGetValue(name, out var bug) ? bug : throw new ArgumentException($"there is no bug '{name}'; there are: {string.Join(", ", All.Keys)}");

    /// <summary>Tries seeds until one shows a bug; null where none does.</summary>
    /// <param name="bug">The bug.</param>
    /// <param name="from">The first seed.</param>
    /// <param name="seeds">How many seeds to try.</param>
    /// <param name="by">The one invariant that watches; null for all of them.</param>
    public static SimResult? FirstSeedThatShowsIt(this IPlantedBug bug, int from, int seeds, string? by = null) => Enumerable.Range(from, seeds)
        .Select(seed => Simulator.Run((ulong)seed, bug.Plant() with { OnlyInvariant = by }))
        .FirstOrDefault(r => r.Broken is not null && r.Broken.StartsWith(by ?? "", StringComparison.Ordinal));

    /// <summary>LateUpdateAccepted is late-update-accepted on the command line.</summary>
    private static string NameOf(Type bug) =>
        string.Concat(bug.Name.Select((c, i) => char.IsUpper(c) ? $"{(i > 0 ? "-" : "")}{char.ToLowerInvariant(c)}" : $"{c}"));
}
