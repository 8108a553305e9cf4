using FedLearn.Coordinator.Tests.Storage;
using FedLearn.Core.Specs;

namespace FedLearn.Coordinator.Tests.Rounds;

/// <summary>What the log says of how far a round's clients pulled apart.</summary>
public sealed class DriftLogTests : IDisposable
{
    private readonly TempFolder _temp = new();

    public void Dispose()
    {
        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
        _temp.Dispose();
    }

    [Fact]
    public async Task Round_Published_ItsDriftIsLoggedAndItsUpdatesAreDeleted()
    {
        var spec = TestCoordinator.Spec(2, more: """ "cohort": { "minimum": 2 }, "closing": { "minUpdates": 2 }, "stop": { "rounds": 1 }, "evaluation": { "everyRounds": 0 }, """);
        await using (var coordinator = await TestCoordinator.StartAsync(_temp["data"], o => o with { LogFile = _temp["log"] }))
        {
            var run = await coordinator.CreateRunAsync(spec);
            using TestClient a = await coordinator.JoinAsync("a"), b = await coordinator.JoinAsync("b");
            await a.WatchAsync();
            await b.WatchAsync();
            await PushAsync(a, spec, [3, 0]);
            await PushAsync(b, spec, [0, 4]);
            await a.RunOverAsync();
            while (Directory.Exists(_temp[$"data/runs/{run.RunId}/rounds/000001"]))
            {
                // What stops now is not measured any more; the round's folder goes after that.
                await coordinator.Runs.GetRunAsync(new() { RunId = run.RunId }, coordinator.Operator);
            }
        }

        // The mean is (1.5, 2).
        var line = Assert.Single(File.ReadLines(_temp["log"]), l => l.Contains("cosine", StringComparison.Ordinal));
        Assert.Contains("Run test round 1: cosine of updates to their mean 0.7000 on average, at least 0.6000 (a) | norm 3.0000 to 4.0000, of the mean 2.5000", line);
        Assert.Empty(Directory.GetFiles(_temp["data"], "segment-*", SearchOption.AllDirectories));
    }

    private static async Task PushAsync(TestClient client, string spec, float[] delta) =>
        await client.PushAsync(TestClient.Header(await client.NextFitAsync(), RunSpecParser.Parse(spec).Spec!.Model.Manifest.Hash, delta, 10), delta);
}
