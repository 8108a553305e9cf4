using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;

namespace FedLearn.Coordinator.Storage;

/// <summary>Brings the database to this program's version: makes it, migrates an older one after copying it, refuses a newer one.</summary>
internal static class Migrator
{
    private const long CheckedBytes = 64 << 20;

    /// <summary>Returns the path of the copy that was made before a migration, or null where none was needed.</summary>
    /// <exception cref="StartupException">The database is newer than this program, damaged, or not a database.</exception>
    public static string? Migrate(DataFolder folder, CoordinatorDbFactory factory, TimeProvider time)
    {
        // The log comes first: SQLite would cut it at the damage as it opens it.
        if (factory.Vfs is null && WalCheck.FindDamage($"{folder.Database}-wal") is { } damage)
        {
            throw new StartupException($"{damage}. Nothing was changed: keep a copy of the folder, and restore a backup");
        }

        using var db = factory.CreateDbContext();
        try
        {
            // First of all a connection that may write: after a power cut in the very first start SQLite has something to roll back, which
            // EF's own first connection, made to look only, cannot.
            db.Database.OpenConnection();
            var known = db.Database.GetMigrations().ToHashSet(StringComparer.Ordinal);
            var applied = db.Database.GetAppliedMigrations().ToList();
            if (applied.Find(m => !known.Contains(m)) is { } unknown)
            {
                throw new StartupException($"the database {folder.Database} was written by a newer version of FedLearn (migration {unknown}); "
                    + "start that version, or restore a backup made by this one");
            }

            string? copy = null;
            if (applied.Count < known.Count)
            {
                copy = applied.Count == 0 ? null : Copy(folder, factory, time);

                // A process that was killed while it migrated has left EF's lock behind, and Migrate would wait for it for ever. The
                // folder's own lock says that nobody else is here.
                db.Database.ExecuteSql($"DROP TABLE IF EXISTS __EFMigrationsLock");
                db.Database.Migrate();
            }

            ThrowIfDamaged(folder, db);

            // A process that was killed may have left rows that are in its log but not yet on the disk: nobody may be told of them before.
            db.Database.ExecuteSql($"PRAGMA wal_checkpoint(TRUNCATE)");

            // SQLite does not sync the cut. Where a sync had failed, the log on the disk is older than the database now is, and would undo it.
            using (var log = folder.Disk.OpenWrite($"{folder.Database}-wal"))
            {
                log.Sync();
            }

            return copy;
        }
        catch (SqliteException e)
        {
            throw new StartupException($"the database {folder.Database} cannot be opened: {e.Message}. Restore a backup, or start with another data folder", e);
        }
    }

    /// <summary>
    /// Looks for damaged pages and index entries: a row that its index lost would be an acknowledged update that nobody counts. Above
    /// 64 MiB this would hold up the start; there every row is checked as it is read, and operators look themselves.
    /// </summary>
    private static void ThrowIfDamaged(DataFolder folder, CoordinatorDb db)
    {
        // Never through a file handle: closing one gives up the locks that SQLite holds on the file in this process.
        if ((long)Ask(db, "SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()")! > CheckedBytes)
        {
            return;
        }

        if (Ask(db, "PRAGMA integrity_check(1)") is not "ok" and var found)
        {
            throw new StartupException($"the database {folder.Database} is damaged: {found}. Restore a backup");
        }
    }

    /// <summary>The one value that a statement gives, without EF's translation: every start pays for that.</summary>
    private static object? Ask(CoordinatorDb db, string sql)
    {
        using var command = db.Database.GetDbConnection().CreateCommand();
        command.CommandText = sql;
        return command.ExecuteScalar();
    }

    private static string Copy(DataFolder folder, CoordinatorDbFactory factory, TimeProvider time)
    {
        var copy = Path.Combine(folder.Root, $"fedlearn-before-migration-{time.GetUtcNow():yyyyMMddTHHmmssZ}.db");
        SqliteCopy.Copy(folder.Database, copy, folder.Disk, factory.Vfs);
        return copy;
    }
}
