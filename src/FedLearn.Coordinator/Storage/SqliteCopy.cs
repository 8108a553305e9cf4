using FedLearn.Coordinator.Storage.Disks;
using Microsoft.Data.Sqlite;

namespace FedLearn.Coordinator.Storage;

/// <summary>Copies a database that may be in use, as of one instant (SQLite's online backup).</summary>
internal static class SqliteCopy
{
    /// <summary>Makes a durable copy, on a disk other than the system's where one is given.</summary>
    public static void Copy(string from, string to, IDisk? disk = null, string? vfs = null)
    {
        using (var source = Open(from, SqliteOpenMode.ReadOnly, vfs))
        using (var target = Open(to, SqliteOpenMode.ReadWriteCreate, vfs))
        {
            source.BackupDatabase(target);
        }

        disk ??= SystemDisk.Instance;
        using var file = disk.OpenWrite(to);
        file.Sync();
        disk.SyncFolder(Path.GetDirectoryName(to)!);
    }

    private static SqliteConnection Open(string path, SqliteOpenMode mode, string? vfs)
    {
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = path, Mode = mode, Pooling = false, Vfs = vfs }.ConnectionString);
        connection.Open();
        return connection;
    }
}
