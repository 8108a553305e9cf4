using FedLearn.Coordinator.Tests.Storage;
using FedLearn.Protocol.V1;
using Grpc.Core;

namespace FedLearn.Coordinator.Tests.Ingest;

/// <summary>What clients say of their training sets when they accept a run.</summary>
public sealed class DataReportTests : IDisposable
{
    private readonly TempFolder _temp = new();

    public void Dispose()
    {
        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
        _temp.Dispose();
    }

    [Fact]
    public async Task AnswerRun_WithCounts_IsShownToOperatorsAndLogged()
    {
        await using var coordinator = await TestCoordinator.StartAsync(_temp["data"], o => o with { LogFile = _temp["log"] });
        var run = await coordinator.CreateRunAsync(TestCoordinator.Spec(more: """ "cohort": { "minimum": 2 }, """));
        using TestClient a = await coordinator.JoinAsync("a"), b = await coordinator.JoinAsync("b");
        await a.WatchAsync();
        Assert.Null((await ShowAsync(coordinator, run)).Skew);
        await a.Calls.AnswerRunAsync(new() { RunId = run.RunId, NumExamples = 1, LabelCounts = { 1, 0 } }, a.Headers);
        await b.WatchWithAsync(new() { RunId = run.RunId, NumExamples = 3, LabelCounts = { 0, 3 } });
        await b.NextFitAsync();

        Assert.Equal(
            new DataSkew { Clients = 2, Examples = 4, LargestOverMedian = 1.5, Gini = 0.25, LabelClients = 2, LabelDistance = 0.5 },
            (await ShowAsync(coordinator, run)).Skew);
        Assert.Contains("Run test: 2 clients report 4 examples: largest over median 1.5000, Gini 0.2500 | of 2 also labels: mean distance from all of them 0.5000", File.ReadAllText(_temp["log"]));
    }

    [Theory]
    [InlineData(-1, new long[0], "num_examples: expected 0 (not told) to 1000, got -1")]
    [InlineData(1001, new long[0], "num_examples: expected 0 (not told) to 1000, got 1001")]
    [InlineData(5, new long[] { 3, 3 }, "label_counts: expected counts of at least 0 that add up to num_examples (5), got [3, 3]")]
    [InlineData(5, new long[] { 6, -1 }, "label_counts: expected counts of at least 0 that add up to num_examples (5), got [6, -1]")]
    [InlineData(5, new long[] { long.MaxValue, long.MaxValue }, "label_counts: expected counts of at least 0")]
    public async Task AnswerRun_WithCountsThatCannotBe_IsRefusedAndChangesNothing(long examples, long[] labels, string text)
    {
        await using var coordinator = await TestCoordinator.StartAsync(_temp["data"]);
        var run = await coordinator.CreateRunAsync(TestCoordinator.Spec(more: """ "bounds": { "maxExamples": 1000 }, "cohort": { "minimum": 2 }, """));
        using var client = await coordinator.JoinAsync("a");
        await client.WatchAsync();

        var refused = await Assert.ThrowsAsync<RpcException>(async () =>
            await client.Calls.AnswerRunAsync(new() { RunId = run.RunId, NumExamples = examples, LabelCounts = { labels } }, client.Headers));

        Assert.Equal(StatusCode.InvalidArgument, refused.StatusCode);
        Assert.Contains(text, refused.Status.Detail, StringComparison.Ordinal);
        Assert.Null((await ShowAsync(coordinator, run)).Skew);
    }

    private static async Task<Run> ShowAsync(TestCoordinator coordinator, Run run) =>
        (await coordinator.Runs.GetRunAsync(new GetRunRequest { RunId = run.RunId }, coordinator.Operator)).Run;
}
