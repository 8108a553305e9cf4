using FedLearn.Coordinator.Storage;
using FedLearn.Coordinator.Tests.Storage;
using FedLearn.Core.Optimizers;
using FedLearn.Core.Specs;
using FedLearn.Protocol.V1;

namespace FedLearn.Coordinator.Tests.Rounds;

/// <summary>Runs with a server optimizer that remembers, over the wire and through restarts.</summary>
public sealed class ServerOptimizerRoundTests : IDisposable
{
    private static readonly float[][] Deltas = [[1, -2, 0, 0.5f], [0.25f, 4, 0, -1], [-3, 0, 0, 1], [1, 1, 1, 1]];
    private readonly TempFolder _temp = new();

    public void Dispose()
    {
        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
        _temp.Dispose();
    }

    [Theory]
    [InlineData("\"optimizer\": \"sgd\", \"serverMomentum\": 0.5")]
    [InlineData("\"optimizer\": \"adam\", \"serverLearningRate\": 0.1")]
    public async Task Rounds_ARestartBeforeEach_GiveTheBitsOfStepsInMemory(string strategy)
    {
        await using var coordinator = await TestCoordinator.StartAsync(_temp["data"]);
        var spec = SpecOf(strategy);
        var run = await coordinator.CreateRunAsync(spec);
        using var client = await coordinator.JoinAsync("member");
        foreach (var delta in Deltas)
        {
            // The round before may be published, or its aggregation cut off and done anew by the next start.
            await coordinator.RestartAsync();
            var now = await client.WatchAsync();
            await PushAsync(client, now.Select(m => m.Fit).FirstOrDefault(fit => fit is not null) ?? await client.NextFitAsync(), spec, delta);
        }

        await client.RunOverAsync();
        Assert.Equal(InMemory(spec), await client.GetModelAsync(run.RunId, Deltas.Length));
    }

    [Fact]
    public async Task Round_DamagedState_IsVoidAndNamesTheFile()
    {
        await using var coordinator = await TestCoordinator.StartAsync(_temp["data"]);
        var spec = SpecOf("\"optimizer\": \"yogi\"");
        var run = await coordinator.CreateRunAsync(spec);
        using var client = await coordinator.JoinAsync("member");
        await client.WatchAsync();
        await PushAsync(client, await client.NextFitAsync(), spec, Deltas[0]);
        var second = await client.NextFitAsync();
        var file = _temp[$"data/runs/{run.RunId}/versions/000001.v.safetensors"];
        var bytes = File.ReadAllBytes(file);
        bytes[^1] ^= 1;
        File.WriteAllBytes(file, bytes);

        await PushAsync(client, second, spec, Deltas[1]);
        while ((await client.NextAsync()).StageOver is null)
        {
        }

        var round = await client.Calls.GetRoundAsync(new GetRoundRequest { RunId = run.RunId, Round = 2 }, client.Headers);
        Assert.Equal(RoundStatus.Void, round.Status);
        Assert.Contains("000001.v.safetensors", round.Reason);
    }

    [Fact]
    public async Task KeepVersionsAndBackup_TakeTheStateWithItsVersion()
    {
        string runId;
        await using (var coordinator = await TestCoordinator.StartAsync(_temp["data"], o => o with { KeepVersions = 1 }))
        {
            var spec = SpecOf("\"optimizer\": \"adagrad\"");
            runId = (await coordinator.CreateRunAsync(spec)).RunId;
            using var client = await coordinator.JoinAsync("member");
            await client.WatchAsync();
            foreach (var delta in Deltas)
            {
                await PushAsync(client, await client.NextFitAsync(), spec, delta);
            }

            await client.RunOverAsync();

            // Old versions are deleted in the background; a stop waits for that.
            await coordinator.RestartAsync();
            Backup.Create(_temp["data"], _temp["backup"]);
        }

        string[] expected = ["000000.blocks", "000000.safetensors", .. ((string[])["", "m.", "v."]).SelectMany(s => (string[])[$"000004.{s}blocks", $"000004.{s}safetensors"]).Order(StringComparer.Ordinal)];
        Assert.Equal(expected, FilesOf("data"));
        Assert.Equal(expected, FilesOf("backup"));

        IEnumerable<string?> FilesOf(string folder) => Directory.GetFiles(_temp[$"{folder}/runs/{runId}/versions"]).Select(Path.GetFileName).Order(StringComparer.Ordinal);
    }

    private static string SpecOf(string strategy) =>
        TestCoordinator.Spec(more: $$""" "stop": { "rounds": 4 }, "evaluation": { "everyRounds": 0 }, "strategy": { {{strategy}} }, """);

    private static Task<Receipt> PushAsync(TestClient client, FitAssignment fit, string spec, float[] delta) =>
        client.PushAsync(TestClient.Header(fit, RunSpecParser.Parse(spec).Spec!.Model.Manifest.Hash, delta, 10), delta);

    private static float[] InMemory(string spec)
    {
        var server = ServerOptimizers.Of(RunSpecParser.Parse(spec).Spec!.Strategy);
        var parameters = new float[4];
        var state = server.State.SelectMany(s => Enumerable.Repeat(s.Start, 4)).ToArray();
        foreach (var delta in Deltas)
        {
            server.Step(parameters, [.. delta.Select(d => (double)d)], state, parameters);
        }

        return parameters;
    }
}
