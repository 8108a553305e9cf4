using FedLearn.Coordinator.Storage;
using FedLearn.Proofs.PowerLoss.Disks;
using FedLearn.Proofs.PowerLoss.Federation;
using FedLearn.Proofs.PowerLoss.Sqlite;
using Microsoft.Data.Sqlite;

namespace FedLearn.Proofs.PowerLoss;

/// <summary>
/// Flips one byte of a file at rest, in the middle of a round, and starts a coordinator on it. It must name what is damaged, or not need
/// the byte; it must not hang, and no model may hold it.
/// </summary>
internal sealed class DamagedFiles(Recording recording)
{
    private readonly List<(int Instant, CrashDisk Disk)> _disks = [.. Instants(recording).Select(i => (i, AtRest(recording, i)))];

    /// <summary>The files, by kind.</summary>
    public ILookup<string, string> Files => _disks.SelectMany(d => FilesBelow(d.Disk, recording.Folder)).Distinct().ToLookup(KindOf);

    /// <summary>What a damaged byte leads to that must not be.</summary>
    /// <param name="path">The file.</param>
    /// <param name="random">Chooses the byte.</param>
    public async Task<IReadOnlyList<string>> DamageAsync(string path, Random random)
    {
        var (instant, atRest) = _disks.First(d => d.Disk.FileExists(path));
        var disk = atRest.Clone();
        disk.Look(tree =>
        {
            var file = tree.FindFile(path)!;
            file.Damage(random.NextInt64(file.Length));
            return true;
        });
        var ledger = new Ledger(() => disk.Operations, recording.Ledger.At(instant));
        var undamaged = KindOf(path) == "version" ? new VersionDownload(recording.Folder, path, atRest) : null;
        try
        {
            await using var machine = await Machine.StartAsync(recording.Folder, disk).ConfigureAwait(false);
            await new Course(machine, ledger).FinishAsync().ConfigureAwait(false);
            if (undamaged is not null && await undamaged.IsHandedOutDamagedAsync(machine).ConfigureAwait(false))
            {
                return [$"{path} is handed out damaged"];
            }
        }
        catch (Exception e) when (e is ProcessEndedException or BrokenPromiseException)
        {
            return [.. Unnamed(path, e.Message), .. WrongModels(disk)];
        }

        // The last version of a run is nobody's base: its file may stay damaged, as long as whoever asks for it is told.
        return recording.Check(disk, ledger, mayBeVoid: Path.GetFileNameWithoutExtension(path), damaged: path);
    }

    /// <summary>For each run the instant of its first round at which two of three clients have delivered.</summary>
    private static IEnumerable<int> Instants(Recording recording) => recording.Ledger.Accepted
        .Where(a => a.Promise.Header.Round == 1)
        .GroupBy(a => a.Promise.Header.RunId)
        .Select(run => run.OrderBy(a => a.After).ElementAt(1).After);

    private static CrashDisk AtRest(Recording recording, int instant)
    {
        var disk = new Replay(recording.Start, recording.Journal).At(instant).Clone();
        using var vfs = new CrashVfs(disk);
        using var connection = new SqliteConnection(vfs.ConnectionTo(DataFolder.DatabaseOf(recording.Folder)));
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = "PRAGMA wal_checkpoint(TRUNCATE)";
        command.ExecuteNonQuery();
        return disk;
    }

    private static string KindOf(string path) => path switch
    {
        _ when path.EndsWith("fedlearn.db", StringComparison.Ordinal) => "database",
        _ when path.EndsWith(".safetensors", StringComparison.Ordinal) => "version",
        _ when path.EndsWith(".update", StringComparison.Ordinal) => "update",
        _ when path.EndsWith(".blocks", StringComparison.Ordinal) => path.Contains("/versions/", StringComparison.Ordinal) ? "version's block list" : "update's block list",
        _ when path.EndsWith(".part", StringComparison.Ordinal) => "partial upload",
        _ when path.Contains("segment-", StringComparison.Ordinal) => "segment",
        _ => "other",
    };

    private static IEnumerable<string> Unnamed(string path, string message)
    {
        string[] names = KindOf(path) == "database" ? ["fedlearn.db", "database", "row"] : [Path.GetFileNameWithoutExtension(path)];
        if (!names.Any(n => message.Contains(n, StringComparison.Ordinal)))
        {
            yield return $"the damage was not named: {message}";
        }
    }

    private static IEnumerable<string> FilesBelow(CrashDisk disk, string folder) =>
        disk.FilesIn(folder).Where(f => disk.Look(t => t.FindFile(f)!.Length) > 0).Concat(disk.FoldersIn(folder).SelectMany(f => FilesBelow(disk, f)));

    /// <summary>Versions that were published and are none of the undisturbed run's. A database that cannot be read publishes nothing.</summary>
    private List<string> WrongModels(CrashDisk disk)
    {
        try
        {
            using var vfs = new CrashVfs(disk.Clone());
            using var rows = new Rows(vfs.ConnectionTo(DataFolder.DatabaseOf(recording.Folder)));
            return [.. rows.Texts("SELECT lower(hex(Digest)) FROM Versions WHERE Number > 0").Where(d => !recording.Digests.Values.Contains(d))
                .Select(d => $"a version was published that holds damaged data: {d}")];
        }
        catch (SqliteException)
        {
            return [];
        }
    }
}
