using FedLearn.Core.Specs;
using FedLearn.Protocol.V1;
using Grpc.Core;

namespace FedLearn.Coordinator.Tests.Storage;

public sealed class VersionRetentionTests : IDisposable
{
    private readonly TempFolder _temp = new();

    public void Dispose() => _temp.Dispose();

    [Fact]
    public async Task KeepVersions_AfterEachRound_LeavesTheNewestAndVersionZeroAndSaysWhereTheOthersWent()
    {
        await using var coordinator = await TestCoordinator.StartAsync(_temp["data"], o => o with { KeepVersions = 2 });
        var spec = TestCoordinator.Spec(more: """ "stop": { "rounds": 5 }, "evaluation": { "everyRounds": 0 }, """);
        var run = await coordinator.CreateRunAsync(spec);
        var hash = RunSpecParser.Parse(spec).Spec!.Model.Manifest.Hash;
        using var client = await coordinator.JoinAsync("member");
        await client.WatchAsync();
        for (var round = 1; round <= 5; round++)
        {
            var fit = await client.NextFitAsync();
            await client.PushAsync(TestClient.Header(fit, hash, [1, 2, 3, round], 10), [1, 2, 3, round]);
        }

        await client.RunOverAsync();

        // Files are deleted beside the next round; a stop waits for that.
        await coordinator.RestartAsync();
        using var reader = await coordinator.JoinAsync("reader");
        var files = Directory.GetFiles(_temp[$"data/runs/{run.RunId}/versions"], "*.safetensors").Select(Path.GetFileNameWithoutExtension).Order();
        Assert.Equal(["000000", "000004", "000005"], files);
        Assert.Equal(4, (await reader.GetModelAsync(run.RunId, 4)).Length);
        var gone = await Assert.ThrowsAsync<RpcException>(() => reader.GetModelAsync(run.RunId, 3));
        Assert.Equal(StatusCode.NotFound, gone.StatusCode);
        Assert.Contains("was deleted", gone.Status.Detail);
        var round3 = await reader.Calls.GetRoundAsync(new GetRoundRequest { RunId = run.RunId, Round = 3 }, reader.Headers);
        Assert.Equal(3, round3.Version.Version);
    }
}
