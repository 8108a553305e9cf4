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

    [Fact]
    public async Task KeepVersions_TheBestOne_StaysAndIsNamedAlsoAfterARestart()
    {
        // Accuracies 0.6, 0.9, 0.7, 0.8, 0.5: version 2 is the best, and version 1, the best before it, goes.
        double[] accuracies = [0.6, 0.9, 0.7, 0.8, 0.5];
        await using var coordinator = await TestCoordinator.StartAsync(_temp["data"], o => o with { KeepVersions = 1 });
        var run = await coordinator.CreateRunAsync(TestCoordinator.Spec(more: """ "stop": { "rounds": 5, "target": { "metric": "accuracy", "value": 1 } }, """));
        var hash = RunSpecParser.Parse(run.SpecJson).Spec!.Model.Manifest.Hash;
        using var client = await coordinator.JoinAsync("member");
        await client.WatchAsync();
        FitAssignment? open = null;
        foreach (var accuracy in accuracies)
        {
            if (accuracy == 0.8)
            {
                await coordinator.RestartAsync();
                Assert.Equal(2, (await GetAsync(coordinator, run.RunId)).Run.BestVersion);
                open = (await client.WatchAsync()).Select(m => m.Fit).SingleOrDefault(f => f is not null);
            }

            var fit = open ?? await client.NextFitAsync();
            open = null;
            await client.PushAsync(TestClient.Header(fit, hash, [1, 2, 3, fit.Round], 10), [1, 2, 3, fit.Round]);
            var evaluate = await client.NextEvaluateAsync();
            var report = new ReportEvaluationRequest { RunId = run.RunId, Round = evaluate.Round, Version = evaluate.Version, NumExamples = 1 };
            report.Metrics["accuracy"] = accuracy;
            await client.Calls.ReportEvaluationAsync(report, client.Headers);
        }

        await client.RunOverAsync();
        await coordinator.RestartAsync();

        var files = Directory.GetFiles(_temp[$"data/runs/{run.RunId}/versions"], "*.safetensors").Select(Path.GetFileNameWithoutExtension).Order();
        Assert.Equal(["000000", "000002", "000005"], files);
        var reply = await GetAsync(coordinator, run.RunId);
        Assert.Equal((2, "accuracy", 0.9), (reply.Run.BestVersion, reply.Run.BestMetric, reply.Run.BestValue));
        Assert.Equal(new MetricSpread { Worst = 0.7, Median = 0.7, Best = 0.7 }, reply.Rounds[2].Spread["accuracy"]);
    }

    private static async Task<GetRunReply> GetAsync(TestCoordinator coordinator, string runId) =>
        await coordinator.Runs.GetRunAsync(new GetRunRequest { RunId = runId }, coordinator.Operator);
}
