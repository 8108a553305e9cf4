using System.Data.Common;
using FedLearn.Coordinator.Storage.Rows;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Design;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.EntityFrameworkCore.Infrastructure;

namespace FedLearn.Coordinator.Storage;

/// <summary>Opens the database of a data folder with the settings that durability needs.</summary>
internal sealed class CoordinatorDbFactory : IDbContextFactory<CoordinatorDb>, IDesignTimeDbContextFactory<CoordinatorDb>
{
    private const int MaxPooled = 64;

    private readonly PooledDbContextFactory<CoordinatorDb> _pool;

    /// <summary>For the migration tools, which need a model and no file.</summary>
    public CoordinatorDbFactory()
        : this(Path.Combine(Path.GetTempPath(), "fedlearn-design-time.db"))
    {
    }

    /// <summary>For a database file, on a VFS other than the system's where one is named.</summary>
    public CoordinatorDbFactory(string file, string? vfs = null)
    {
        Vfs = vfs;
        var connection = new SqliteConnectionStringBuilder { DataSource = file, ForeignKeys = true, DefaultTimeout = 10, Vfs = vfs };
        var options = new DbContextOptionsBuilder<CoordinatorDb>()
            .UseSqlite(connection.ConnectionString)
            .AddInterceptors(new DurablePragmas(), CheckedRow.Verifier.Instance)
            .Options;
        _pool = new PooledDbContextFactory<CoordinatorDb>(options, MaxPooled);
    }

    /// <summary>The VFS; null for the system's.</summary>
    public string? Vfs { get; }

    public CoordinatorDb CreateDbContext() => _pool.CreateDbContext();

    public CoordinatorDb CreateDbContext(string[] args) => CreateDbContext();

    /// <summary>
    /// WAL with synchronous=FULL: a commit returns only when its log is fsynced. NORMAL would lose acknowledged rows at a power cut.
    /// </summary>
    private sealed class DurablePragmas : DbConnectionInterceptor
    {
        public override void ConnectionOpened(DbConnection connection, ConnectionEndEventData eventData) => Set(connection);

        public override Task ConnectionOpenedAsync(DbConnection connection, ConnectionEndEventData eventData, CancellationToken cancellationToken = default)
        {
            Set(connection);
            return Task.CompletedTask;
        }

        private static void Set(DbConnection connection)
        {
            using var command = connection.CreateCommand();
            command.CommandText = "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;";
            command.ExecuteNonQuery();
        }
    }
}
