using FedLearn.Proofs.PowerLoss.Bugs;
using FedLearn.Proofs.PowerLoss.Disks;
using FedLearn.Proofs.PowerLoss.Federation;

namespace FedLearn.Proofs.PowerLoss;

/// <summary>A whole course of the federation that nothing disturbed: every operation of the disk, and every promise with its instant.</summary>
/// <param name="Folder">The data folder. What a coordinator keeps beside its data (lock, operator's token) lies in a real one of this path.</param>
/// <param name="Start">The disk before the first start.</param>
/// <param name="Journal">The operations.</param>
/// <param name="Ledger">The promises.</param>
/// <param name="Digests">The versions' digests: what every other course must end with.</param>
internal sealed record Recording(string Folder, CrashDisk Start, IReadOnlyList<DiskOp> Journal, Ledger Ledger, IReadOnlyDictionary<string, string> Digests)
{
    /// <summary>Runs the federation once.</summary>
    /// <exception cref="BrokenPromiseException">Even undisturbed something does not hold.</exception>
    public static async Task<Recording> MakeAsync(string folder, PlantedBug? bug = null)
    {
        var disk = new CrashDisk(folder);
        var start = disk.Clone();
        var ledger = new Ledger(() => disk.Operations);
        await using (var machine = await Machine.StartAsync(folder, disk, bug).ConfigureAwait(false))
        {
            await new Course(machine, ledger).FinishAsync().ConfigureAwait(false);
        }

        var audit = new Audit(disk.Clone(), folder, ledger.All, mayBeVoid: null);
        var found = audit.Run();
        return found.Count == 0
            ? new Recording(folder, start, disk.Journal, ledger, audit.Digests)
            : throw new BrokenPromiseException($"undisturbed: {string.Join("; ", found)}");
    }

    /// <summary>What an operation was for, the same in every course: without the data folder and the runs' random suffixes.</summary>
    public string Label(DiskOp op)
    {
        var path = op.Path.StartsWith(Folder, StringComparison.Ordinal) ? op.Path[Folder.Length..] : op.Path;
        var parts = path.Split('/', StringSplitOptions.RemoveEmptyEntries);
        if (parts is ["runs", var run, ..] && run.Contains('-'))
        {
            parts[1] = run[..run.LastIndexOf('-')];
        }

        return $"{op.Kind} {string.Join('/', parts)}";
    }

    /// <summary>Checks a disk after its last course.</summary>
    /// <param name="disk">The disk.</param>
    /// <param name="ledger">What was promised.</param>
    /// <param name="mayBeVoid">What a void round's reason must hold; null where none may be void.</param>
    /// <param name="damaged">A file that was damaged on purpose and that nobody needed.</param>
    public IReadOnlyList<string> Check(CrashDisk disk, Ledger ledger, string? mayBeVoid, string? damaged = null)
    {
        // What is not durable by now does not count.
        var audit = new Audit(disk.AfterCut(CutStyle.All[0], seed: 0), Folder, ledger.All, mayBeVoid, damaged);
        var found = audit.Run().ToList();
        found.AddRange(Digests.Where(d => audit.Digests.GetValueOrDefault(d.Key) != d.Value)
            .Select(d => $"version {d.Key} is not, bit for bit, that of the undisturbed run"));
        return found;
    }
}
