using FedLearn.Proofs.PowerLoss.Disks;

namespace FedLearn.Proofs.PowerLoss.Bugs;

/// <summary>Looks for a planted bug where it must show first, and stops at the first sign of it.</summary>
internal static class BugHunt
{
    /// <summary>What gave the bug away, or null where nothing did.</summary>
    /// <param name="bug">The bug; null for the product as it is, in which nothing is to be found.</param>
    /// <param name="folder">A folder for the data.</param>
    /// <param name="tries">The most instants or operations to try.</param>
    public static async Task<string?> FindAsync(PlantedBug? bug, string folder, int tries = 150)
    {
        Recording recording;
        try
        {
            recording = await Recording.MakeAsync(folder, bug).ConfigureAwait(false);
        }
        catch (Federation.BrokenPromiseException e)
        {
            return e.Message;
        }

        return bug?.ShowsAfterPowerCut ?? true
            ? await CutAsync(recording, bug, tries).ConfigureAwait(false)
            : await FailAsync(recording, bug, tries).ConfigureAwait(false);
    }

    /// <summary>Right after each promise, with nothing left of what is not synced; then in the midst of uploads, torn.</summary>
    private static async Task<string?> CutAsync(Recording recording, PlantedBug? bug, int tries)
    {
        var cuts = new PowerCuts(recording, bug);
        var promised = recording.Ledger.Instants.Reverse().Select(i => (Instant: i, Image: 0));
        var uploads = Enumerable.Range(1, recording.Journal.Count)
            .Where(i => recording.Journal[i - 1] is { Kind: OpKind.Write, Path: var path } && path.EndsWith(".part", StringComparison.Ordinal))
            .SelectMany(i => new[] { 6, 14, 22 }.Select(image => (Instant: i, Image: image)));
        foreach (var (instant, image) in promised.Concat(uploads).Take(tries))
        {
            if (await cuts.CutAsync(instant, image).ConfigureAwait(false) is [var first, ..])
            {
                return $"{cuts.Describe(instant, image)}: {first}";
            }
        }

        return null;
    }

    /// <summary>At the operations on files of rounds and versions.</summary>
    private static async Task<string?> FailAsync(Recording recording, PlantedBug? bug, int tries)
    {
        var errors = new InjectedErrors(recording, bug);
        foreach (var point in errors.Points().Where(p => p.Op.Kind is OpKind.Sync or OpKind.Write && p.Label.Contains("rounds/", StringComparison.Ordinal)).Take(tries))
        {
            if (await errors.RunAsync(point).ConfigureAwait(false) is [var first, ..])
            {
                return $"{point}: {first}";
            }
        }

        return null;
    }
}
