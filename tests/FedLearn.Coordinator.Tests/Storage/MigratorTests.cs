using FedLearn.Coordinator.Storage;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace FedLearn.Coordinator.Tests.Storage;

public sealed class MigratorTests : IDisposable
{
    private readonly TempFolder _temp = new();
    private readonly DataFolder _folder;

    public MigratorTests() => _folder = DataFolder.Open(_temp.Path);

    public void Dispose()
    {
        _folder.Dispose();
        SqliteConnection.ClearAllPools();
        _temp.Dispose();
    }

    [Fact]
    public void Migrate_NewThenAgain_MakesTheDatabaseOnceAndCopiesNothing()
    {
        Assert.Null(Migrate());
        Assert.Null(Migrate());

        Assert.Equal(0L, Scalar("SELECT COUNT(*) FROM Runs"));
        Assert.Equal(["fedlearn.db"], Databases());
    }

    [Fact]
    public void Migrate_OlderDatabase_CopiesItThenKeepsItsRows()
    {
        var factory = new CoordinatorDbFactory(_folder.Database);
        using (var db = factory.CreateDbContext())
        {
            db.GetService<IMigrator>().Migrate("Initial");
            db.Database.ExecuteSql($"INSERT INTO Clients VALUES ('alice', x'01', 1, 'test', 7)");
        }

        var copy = Migrate();

        Assert.NotNull(copy);
        Assert.Equal([Path.GetFileName(copy), "fedlearn.db"], Databases().Order());
        var alice = new ClientStore(factory, Stores.Log(_folder, factory)).Find("alice");
        Assert.Equal(("test", 7L), (alice!.Software, alice.JoinedUnixMs));
        Assert.Null(Migrate());
    }

    [Fact]
    public void Migrate_NewerDatabase_IsRefusedByNameAndLeftAlone()
    {
        Migrate();
        Execute("INSERT INTO __EFMigrationsHistory VALUES ('29991231000000_Future', '99.0.0')");

        var refused = Assert.Throws<StartupException>(Migrate);

        Assert.Contains("newer version", refused.Message);
        Assert.Contains("29991231000000_Future", refused.Message);
        Assert.Equal(["fedlearn.db"], Databases());
        Assert.Equal(0L, Scalar("SELECT COUNT(*) FROM Runs"));
    }

    [Fact(Timeout = 60_000)]
    public async Task Migrate_AfterOneThatWasKilledMidway_DoesNotWaitForIt()
    {
        Execute("CREATE TABLE __EFMigrationsLock (Id INTEGER NOT NULL PRIMARY KEY, Timestamp TEXT NOT NULL)");
        Execute("INSERT INTO __EFMigrationsLock VALUES (1, '2026-11-24 00:00:00')");

        await Task.Run(Migrate, TestContext.Current.CancellationToken);

        Assert.Equal(0L, Scalar("SELECT COUNT(*) FROM Runs"));
    }

    [Fact]
    public void Migrate_NotADatabase_IsRefusedByPath()
    {
        File.WriteAllText(_folder.Database, new string('x', 5000));

        Assert.Contains(_folder.Database, Assert.Throws<StartupException>(Migrate).Message);
    }

    [Fact]
    public void Migrate_DamagedPage_IsRefusedByPath()
    {
        Migrate();
        SqliteConnection.ClearAllPools();
        var bytes = File.ReadAllBytes(_folder.Database);
        bytes[bytes.Length / 2 / 4096 * 4096] ^= 0x80;
        File.WriteAllBytes(_folder.Database, bytes);

        Assert.Contains(_folder.Database, Assert.Throws<StartupException>(Migrate).Message);
    }

    [Fact]
    public void Migrate_DamagedLogOfAKilledProcess_IsRefusedByPathAndChangesNothing()
    {
        Migrate();
        for (var i = 0; i < 5; i++)
        {
            Execute($"INSERT INTO Clients VALUES ('client-{i}', x'01', 1, 'test', 7, NULL)");
        }

        using var copied = new TempFolder();
        using var folder = DataFolder.Open(copied.Path);
        File.Copy(_folder.Database, folder.Database);
        var log = File.ReadAllBytes($"{_folder.Database}-wal");
        log[log.Length / 3] ^= 0x80;
        File.WriteAllBytes($"{folder.Database}-wal", log);

        var refused = Assert.Throws<StartupException>(() => Migrator.Migrate(folder, new CoordinatorDbFactory(folder.Database), TimeProvider.System));

        Assert.Contains($"{folder.Database}-wal", refused.Message);
        Assert.Equal(log, File.ReadAllBytes($"{folder.Database}-wal"));
    }

    private string? Migrate() => Migrator.Migrate(_folder, new CoordinatorDbFactory(_folder.Database), TimeProvider.System);

    private IEnumerable<string?> Databases() => Directory.EnumerateFiles(_folder.Root, "*.db").Select(Path.GetFileName);

    private object? Scalar(string sql)
    {
        using var connection = new SqliteConnection($"Data Source={_folder.Database}");
        connection.Open();
        using var command = connection.CreateCommand();
#pragma warning disable CA2100 // the statements stand above
        command.CommandText = sql;
#pragma warning restore CA2100
        return command.ExecuteScalar();
    }

    private void Execute(string sql) => Scalar(sql);
}
