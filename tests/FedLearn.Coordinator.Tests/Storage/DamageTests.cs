using FedLearn.Coordinator.Storage;
using FedLearn.Core.Specs;
using FedLearn.Core.Tests.Rounds;
using Microsoft.Data.Sqlite;

namespace FedLearn.Coordinator.Tests.Storage;

/// <summary>A damaged byte is found and named, or changes nothing; it never hangs a start.</summary>
public sealed class DamageTests : IDisposable
{
    private readonly TempFolder _temp = new();

    public void Dispose()
    {
        SqliteConnection.ClearAllPools();
        _temp.Dispose();
    }

    [Fact]
    public void Start_AnyDamagedByteOfTheDatabase_IsNamedOrChangesNothing()
    {
        var (bytes, expected) = StoredRound();
        var random = new Random(1);
        var named = 0;
        for (var i = 0; i < 220; i++)
        {
            var damaged = (byte[])bytes.Clone();
            damaged[random.Next(bytes.Length)] ^= (byte)(1 << random.Next(8));
            try
            {
                Assert.Equal(expected, Load(damaged, i));
            }
            catch (Exception e) when (e is StartupException or StoredDataException)
            {
                named++;
            }
        }

        Assert.InRange(named, 5, 219);
    }

    [Fact]
    public async Task Start_DamagedOperatorToken_IsNamed()
    {
        await using (await TestCoordinator.StartAsync(_temp["data"]))
        {
        }

        File.WriteAllText(_temp["data/operator.token"], "zz\n");

        Assert.Contains("operator.token", (await Assert.ThrowsAsync<StartupException>(() => TestCoordinator.StartAsync(_temp["data"]))).Message);
    }

    [Fact]
    public async Task Start_DamagedRow_IsRefusedNamingIt()
    {
        await using (var running = await TestCoordinator.StartAsync(_temp["data"]))
        {
            await running.CreateRunAsync(TestCoordinator.Spec());
        }

        SqliteConnection.ClearAllPools();
        await using (var connection = new SqliteConnection($"Data Source={_temp["data/fedlearn.db"]}"))
        {
            connection.Open();
            await using var command = new SqliteCommand("UPDATE Runs SET CreatedUnixMs = CreatedUnixMs + 1", connection);
            command.ExecuteNonQuery();
        }

        Assert.Contains("row of run test-", (await Assert.ThrowsAsync<StartupException>(() => TestCoordinator.StartAsync(_temp["data"]))).Message);
    }

    [Fact]
    public async Task Start_LockFileWithAnythingInIt_Starts()
    {
        Directory.CreateDirectory(_temp["data"]);
        File.WriteAllText(_temp["data/coordinator.lock"], "anything");

        await using var coordinator = await TestCoordinator.StartAsync(_temp["data"]);

        Assert.NotEmpty(coordinator.Address);
    }

    /// <summary>The bytes of a database with an open round of three updates, and what it says.</summary>
    private (byte[] Bytes, string State) StoredRound()
    {
        using (var folder = DataFolder.Open(_temp["whole"]))
        {
            var factory = new CoordinatorDbFactory(folder.Database);
            Migrator.Migrate(folder, factory, TimeProvider.System);
            var store = Stores.Runs(folder, factory);
            var run = new TestRun(TestRun.Spec, 4);
            store.Create("r1", "test", RunSpecWriter.Write(run.State.Spec), RunStoreTests.VersionOf("r1", 0), by: null);
            foreach (var client in TestRun.Clients(3))
            {
                run.Send(client);
            }

            RunStoreTests.Commit(store, "r1", run.Log);
        }

        SqliteConnection.ClearAllPools();
        var bytes = File.ReadAllBytes(_temp["whole/fedlearn.db"]);
        return (bytes, Load(bytes, -1));
    }

    private string Load(byte[] database, int number)
    {
        using var folder = DataFolder.Open(_temp[$"d{number}"]);
        File.WriteAllBytes(folder.Database, database);
        var factory = new CoordinatorDbFactory(folder.Database);
        try
        {
            Migrator.Migrate(folder, factory, TimeProvider.System);
            var store = Stores.Runs(folder, factory);
            return string.Join('\n', store.LoadOpen()
                .Select(r => $"{r.Id} {store.FindVersion(r.Id, number: null)?.Number} {RunText.Of(r.State)} {string.Join(' ', r.Updates.Values.Select(u => $"{u.ClientId} {u.NumExamples} {u.FileName} {u.Offset}"))}"));
        }
        finally
        {
            using var connection = factory.CreateDbContext();
            SqliteConnection.ClearPool((SqliteConnection)Microsoft.EntityFrameworkCore.RelationalDatabaseFacadeExtensions.GetDbConnection(connection.Database));
        }
    }
}
