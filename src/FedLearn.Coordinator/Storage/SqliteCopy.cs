using FedLearn.Coordinator.Storage.Disks;
using Microsoft.Data.Sqlite;

namespace FedLearn.Coordinator.Storage;

/// <summary>Copies a database that may be in use, as of one instant (SQLite's online backup).</summary>
internal static class SqliteCopy
{
    public static void Copy(string from, string to)
    {
        using var source = Open(from, SqliteOpenMode.ReadOnly);
        using (var target = Open(to, SqliteOpenMode.ReadWriteCreate))
        {
            source.BackupDatabase(target);
        }

        using var file = SystemDisk.Instance.OpenWrite(to);
        file.Sync();
    }

    private static SqliteConnection Open(string path, SqliteOpenMode mode)
    {
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = path, Mode = mode, Pooling = false }.ConnectionString);
        connection.Open();
        return connection;
    }
}
