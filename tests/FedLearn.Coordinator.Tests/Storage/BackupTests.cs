using FedLearn.Coordinator.Storage;
using FedLearn.Protocol.V1;

namespace FedLearn.Coordinator.Tests.Storage;

public sealed class BackupTests : IDisposable
{
    private readonly TempFolder _temp = new();

    public void Dispose()
    {
        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
        _temp.Dispose();
    }

    [Fact]
    public async Task Backup_OfARunningCoordinator_RestoresRunsVersionsAndClients()
    {
        string runId;
        byte[] model;
        await using (var running = await TestCoordinator.StartAsync(_temp["data"]))
        {
            runId = (await running.CreateRunAsync(TestCoordinator.Spec(elements: 300_000))).RunId;
            await running.JoinAsync("alice");
            Backup.Create(_temp["data"], _temp["backup"]);
            model = File.ReadAllBytes(_temp[$"data/runs/{runId}/versions/000000.safetensors"]);
        }

        Backup.Restore(_temp["backup"], _temp["restored"]);

        await using var restored = await TestCoordinator.StartAsync(_temp["restored"]);
        var runs = await restored.Runs.ListRunsAsync(new ListRunsRequest(), restored.Operator);
        Assert.Equal(runId, Assert.Single(runs.Runs).RunId);
        var clients = await restored.Runs.ListClientsAsync(new ListClientsRequest(), restored.Operator);
        Assert.Equal("alice", Assert.Single(clients.Clients).ClientId);
        Assert.Equal(model, File.ReadAllBytes(_temp[$"restored/runs/{runId}/versions/000000.safetensors"]));
        Assert.Empty(Directory.EnumerateFiles(_temp["restored"], "*.part", SearchOption.AllDirectories));
    }

    [Fact]
    public void Backup_OfNoDataFolder_SaysSo() =>
        Assert.Contains("not a coordinator's data folder", Assert.Throws<StartupException>(() => Backup.Create(_temp.Path, _temp["backup"])).Message);

    [Fact]
    public async Task BackupAndRestore_IntoSomething_RefuseAndLeaveItAlone()
    {
        await using (await TestCoordinator.StartAsync(_temp["data"]))
        {
        }

        Directory.CreateDirectory(_temp["full"]);
        File.WriteAllText(_temp["full/mine"], "mine");

        Assert.Throws<StartupException>(() => Backup.Create(_temp["data"], _temp["full"]));
        Assert.Throws<StartupException>(() => Backup.Restore(_temp["data"], _temp["full"]));
        Assert.Throws<StartupException>(() => Backup.Create(_temp["data"], _temp["full/mine"]));
        Assert.Equal([_temp["full/mine"]], Directory.EnumerateFileSystemEntries(_temp["full"]));
    }

    [Fact]
    public async Task Backup_AFileThatTheDatabaseNamesIsGone_NamesIt()
    {
        string runId;
        await using (var running = await TestCoordinator.StartAsync(_temp["data"]))
        {
            runId = (await running.CreateRunAsync(TestCoordinator.Spec())).RunId;
        }

        File.Delete(_temp[$"data/runs/{runId}/versions/000000.safetensors"]);

        Assert.Contains("000000.safetensors", Assert.Throws<StartupException>(() => Backup.Create(_temp["data"], _temp["backup"])).Message);
    }
}
