using FedLearn.Core.Specs;
using FedLearn.Protocol.V1;

namespace FedLearn.Coordinator.Tests.Ingest;

public class BudgetTests
{
    private const int Elements = 1_000_000;

    [Fact]
    public async Task OpenUpdate_WhileTheBudgetIsTaken_WaitsForItsTurnWhoeverAsksAgain()
    {
        // An update of 4 MB takes about 5 MB on the way over gRPC: there is room for one.
        await using var coordinator = await TestCoordinator.StartAsync(with: o => o with { UploadBudgetBytes = 8 << 20, Vectors = "" });
        var spec = TestCoordinator.Spec(Elements, more: """ "stop": { "rounds": 1 }, "cohort": { "minimum": 2 }, "closing": { "minUpdates": 2 }, "evaluation": { "everyRounds": 0 }, """);
        await coordinator.CreateRunAsync(spec);
        using var first = await coordinator.JoinAsync("a");
        using var second = await coordinator.JoinAsync("b");
        await first.WatchAsync();
        await second.WatchAsync();
        var hash = RunSpecParser.Parse(spec).Spec!.Model.Manifest.Hash;
        var delta = new float[Elements];
        var header = TestClient.Header(await first.NextFitAsync(), hash, delta, 1);
        await first.Calls.OpenUpdateAsync(new OpenUpdateRequest { Header = header }, first.Headers);

        var waits = second.Calls.OpenUpdateAsync(new OpenUpdateRequest { Header = TestClient.Header(await second.NextFitAsync(), hash, delta, 2) }, second.Headers).ResponseAsync;
        Assert.NotNull((await first.Calls.OpenUpdateAsync(new OpenUpdateRequest { Header = header }, first.Headers)).Upload);
        Assert.False(waits.IsCompleted, "two uploads got a share where there is room for one");

        await first.PushAsync(header, delta);
        Assert.Equal(0, (await waits).Upload.Offset);
    }
}
