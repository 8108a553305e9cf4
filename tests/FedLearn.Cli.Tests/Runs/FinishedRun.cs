using FedLearn.Cli.Tests.Hosting;

namespace FedLearn.Cli.Tests.Runs;

/// <summary>A federation of two workers in this process and a run of three rounds that is over: what commands have something to say about.</summary>
public sealed class FinishedRun : IAsyncLifetime
{
    public const string Name = "small";

    private RunningCoordinator _coordinator = null!;

    public string Folder { get; } = Directory.CreateTempSubdirectory("fedlearn-finished-").FullName;

    internal RunningCoordinator Coordinator => _coordinator;

    public async ValueTask InitializeAsync()
    {
        _coordinator = await RunningCoordinator.StartAsync(In("data"));
        await File.WriteAllTextAsync(In("spec.json"), $$"""
            { "name": "{{Name}}", "model": { "kind": "mlp", "inputs": 784, "hidden": [8], "classes": 10 }, "stop": { "rounds": 3 }, "cohort": { "minimum": 2 },
              "client": { "batchSize": 10, "learningRate": 0.1 } }
            """);
        await WorksAsync(AskAsync("run", "create", In("spec.json")));
        await Task.WhenAll(WorkAsync("a"), WorkAsync("b"));
    }

    public string In(string name) => Path.Combine(Folder, name);

    /// <summary>An operator's command that must succeed; gives what it printed.</summary>
    public Task<string> AskedAsync(params string[] args) => WorksAsync(AskAsync(args));

    internal Task<(int Code, string Output, string Error)> AskAsync(params string[] args) => _coordinator.AskAsync(args);

    public async ValueTask DisposeAsync()
    {
        await _coordinator.DisposeAsync();
        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
        Directory.Delete(Folder, recursive: true);
    }

    private async Task WorkAsync(string id)
    {
        string[] vault = ["--vault", In($"vault-{id}"), "--key-file", In($"{id}.key")];
        await WorksAsync(Cli.RunAsync(["data", "import", .. vault, "--digits", "100", "--writer", id == "a" ? "1" : "2", "--test-fraction", "0.2"]));
        await WorksAsync(Cli.RunAsync(["worker", "--coordinator", _coordinator.Address, "--id", id, .. vault, "--state", In($"state-{id}"), "--serve", "*", "--exit-when-done"]));
    }

    private static async Task<string> WorksAsync(Task<(int Code, string Output, string Error)> running)
    {
        var (code, output, error) = await running;
        Assert.True(code == ExitCode.Ok, error);
        return output;
    }
}
