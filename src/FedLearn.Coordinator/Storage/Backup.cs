using FedLearn.Coordinator.Storage.Disks;
using FedLearn.Coordinator.Storage.Sealing;
using FedLearn.Coordinator.Storage.Updates;
using FedLearn.Core.Specs;
using Microsoft.Data.Sqlite;

namespace FedLearn.Coordinator.Storage;

/// <summary>
/// Copies a data folder while its coordinator runs, and puts a copy back. The database is copied first, as of one instant; every
/// file that its rows name is immutable or only grows, so the files are copied after it. A round may end in between and delete its updates; then the
/// copy starts over with a newer database.
/// </summary>
public static class Backup
{
    private const int Tries = 5;

    /// <summary>Copies a data folder into a folder that does not exist yet or is empty.</summary>
    /// <exception cref="StartupException">The source is no data folder, or the target holds something.</exception>
    public static void Create(string dataFolder, string target)
    {
        var database = DataFolder.DatabaseOf(dataFolder);
        if (!File.Exists(database))
        {
            throw new StartupException($"{dataFolder} is not a coordinator's data folder: it has no fedlearn.db");
        }

        ThrowUnlessEmpty(target);
        new DurableFolders(SystemDisk.Instance, Path.GetFullPath(target)).MakeRoot();
        for (var attempt = 1; ; attempt++)
        {
            var copy = DataFolder.DatabaseOf(target);
            File.Delete(copy);
            SqliteCopy.Copy(database, copy);
            var missing = CopyFiles(dataFolder, target, copy);
            if (missing is null)
            {
                CopySigningKey(dataFolder, target);
                CopyKeyRing(dataFolder, target);
                CopyAuthorities(dataFolder, target);
                CopyFederations(dataFolder, target);
                return;
            }

            if (attempt == Tries)
            {
                throw new StartupException($"{missing} is missing although the database names it; the data folder is damaged, or rounds end faster than they can be copied");
            }
        }
    }

    /// <summary>Puts a backup back into a data folder that does not exist yet or is empty.</summary>
    public static void Restore(string backup, string dataFolder)
    {
        ThrowUnlessEmpty(dataFolder);
        Create(backup, dataFolder);
    }

    /// <summary>
    /// Copies what of its authorities a coordinator needs, where they lie in its data folder: without them a restored one would be another
    /// federation's. The root's key stays where it is. A copy is for its owner alone, as the file is.
    /// </summary>
    private static void CopyAuthorities(string from, string to)
    {
        var source = Path.Combine(from, DataFolder.Authorities);
        if (!Directory.Exists(source))
        {
            return;
        }

        var target = Path.Combine(Path.TrimEndingDirectorySeparator(Path.GetFullPath(to)), DataFolder.Authorities);
        new DurableFolders(SystemDisk.Instance, Path.TrimEndingDirectorySeparator(Path.GetFullPath(to))).Make(target);
        foreach (var file in Directory.EnumerateFiles(source))
        {
            var copy = Path.Combine(target, Path.GetFileName(file));
            File.Copy(file, copy);
            using var copied = SystemDisk.Instance.OpenWrite(copy);
            copied.Sync();
        }
    }

    /// <summary>Copies the other federations that the coordinator serves, each as of an instant of its own.</summary>
    private static void CopyFederations(string from, string to)
    {
        var folders = Path.Combine(from, DataFolder.FederationsName);
        foreach (var federation in Directory.Exists(folders) ? Directory.GetDirectories(folders) : [])
        {
            var target = Path.Combine(to, DataFolder.FederationsName, Path.GetFileName(federation));
            if (File.Exists(DataFolder.DatabaseOf(federation)))
            {
                Create(federation, target);
            }
            else
            {
                CopyAuthorities(federation, target); // Never served yet.
            }
        }
    }

    private static void ThrowUnlessEmpty(string folder)
    {
        if (File.Exists(folder) || (Directory.Exists(folder) && Directory.EnumerateFileSystemEntries(folder).Any()))
        {
            throw new StartupException($"{folder} holds something already; give a folder that is empty or does not exist");
        }
    }

    /// <summary>Copies the files that the rows of a database copy name. Returns the first that is missing, or null.</summary>
    private static string? CopyFiles(string from, string to, string databaseCopy)
    {
        var folders = new DurableFolders(SystemDisk.Instance, Path.TrimEndingDirectorySeparator(Path.GetFullPath(to)));
        foreach (var relative in NamedFiles(databaseCopy))
        {
            var target = Path.Combine(to, relative);
            if (File.Exists(target) && !UpdatePlace.IsSegment(Path.GetFileName(target)))
            {
                continue;
            }

            folders.Make(Path.GetDirectoryName(Path.GetFullPath(target))!);
            try
            {
                File.Copy(Path.Combine(from, relative), $"{target}.part", overwrite: true);
            }
            catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
            {
                return Path.Combine(from, relative);
            }

            using (var copied = SystemDisk.Instance.OpenWrite($"{target}.part"))
            {
                copied.Sync();
            }

            SystemDisk.Instance.RenameDurably($"{target}.part", target);
        }

        return null;
    }

    private static List<string> NamedFiles(string database)
    {
        using var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = database, Mode = SqliteOpenMode.ReadOnly, Pooling = false }.ConnectionString);
        connection.Open();
        var files = new List<string>();
        using var versions = new SqliteCommand("SELECT RunId, Number, State FROM Versions WHERE DeletedUnixMs IS NULL", connection);
        using (var rows = versions.ExecuteReader())
        {
            while (rows.Read())
            {
                var stem = Path.Combine("runs", rows.GetString(0), "versions", $"{rows.GetInt32(1):D6}");
                files.AddRange([$"{stem}.safetensors", $"{stem}.blocks"]);
                files.AddRange(StateText.Read(rows.GetString(2)).SelectMany(s => (string[])[$"{stem}.{s.Name}.safetensors", $"{stem}.{s.Name}.blocks"]));
            }
        }

        using var updates = new SqliteCommand(
            "SELECT u.RunId, u.Round, u.FileName, o.SpecJson FROM Updates u JOIN Rounds r ON r.RunId = u.RunId AND r.Number = u.Round JOIN Runs o ON o.Id = u.RunId "
            + "WHERE r.Status IN ('Fitting', 'Aggregating')",
            connection);
        using (var rows = updates.ExecuteReader())
        {
            while (rows.Read())
            {
                var round = Path.Combine("runs", rows.GetString(0), "rounds", $"{rows.GetInt32(1):D6}");
                var parts = StrategyKinds.PartsOf(RunSpecParser.Parse(rows.GetString(3)).Spec?.Strategy ?? new StrategySpec());
                files.AddRange(UpdatePlace.FilesOf(rows.GetString(2), parts).Select(file => Path.Combine(round, file)));
            }
        }

        return [.. files.Distinct()];
    }

    /// <summary>Sealed files are copied as they lie; with the storage key, which is no part of a backup, this opens them.</summary>
    private static void CopyKeyRing(string from, string to) =>
        StorageKeyRing.Find(SystemDisk.Instance, from)?.Write(SystemDisk.Instance, to);

    /// <summary>Without its key a restored coordinator could not sign anything that participants believe.</summary>
    private static void CopySigningKey(string from, string to)
    {
        var key = Path.Combine(from, DataFolder.SigningKeyName);
        if (File.Exists(key))
        {
            File.Copy(key, Path.Combine(to, DataFolder.SigningKeyName), overwrite: true);
        }
    }
}
