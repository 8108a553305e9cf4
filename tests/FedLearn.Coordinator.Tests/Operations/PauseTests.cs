using System.Text.Json;
using FedLearn.Protocol.V1;
using Grpc.Core;

namespace FedLearn.Coordinator.Tests.Operations;

public sealed class PauseTests
{
    private const string OneClient = """ "cohort": { "minimum": 1 }, "closing": { "minUpdates": 1 }, "stop": { "rounds": 2 }, "evaluation": { "everyRounds": 0 }, """;

    private static readonly float[] s_delta = [1, 2, 3, 4];

    [Fact]
    public async Task PauseRun_WhileARoundIsOpen_FinishesItAndOutlivesARestart()
    {
        await using var coordinator = await TestCoordinator.StartAsync();
        var run = await coordinator.CreateRunAsync(TestCoordinator.Spec(more: OneClient));
        using var client = await coordinator.JoinAsync("a");
        await client.WatchAsync();
        var fit = await client.NextFitAsync();

        var paused = (await coordinator.Runs.PauseRunAsync(new PauseRunRequest { RunId = run.RunId, Reason = "a move" }, coordinator.Operator)).Run;
        await DeliverAsync(client, coordinator, fit);
        await UntilVersionAsync(coordinator, run.RunId, 1);
        await coordinator.RestartAsync();
        await client.WatchAsync();
        var later = await FindAsync(coordinator, run.RunId);
        var again = (await coordinator.Runs.PauseRunAsync(new PauseRunRequest { RunId = run.RunId, Reason = "other" }, coordinator.Operator)).Run;

        Assert.All([paused, later, again], r => Assert.Equal((true, RunStatus.Open, "paused by operator: a move"), (r.Paused, r.Status, r.Reason)));
        Assert.Equal((1, 1), (again.Round, again.Version));
    }

    [Fact]
    public async Task ResumeRun_APausedRun_GoesOnToItsEndAndTheLogNamesWho()
    {
        await using var coordinator = await TestCoordinator.StartAsync();
        var run = await coordinator.CreateRunAsync(TestCoordinator.Spec(more: OneClient));
        await coordinator.Runs.PauseRunAsync(new PauseRunRequest { RunId = run.RunId, Reason = "a move" }, coordinator.Operator);
        using var client = await coordinator.JoinAsync("a");
        await client.WatchAsync();

        var resumed = (await coordinator.Runs.ResumeRunAsync(new ResumeRunRequest { RunId = run.RunId }, coordinator.Operator)).Run;
        await DeliverAsync(client, coordinator, await client.NextFitAsync());
        await DeliverAsync(client, coordinator, await client.NextFitAsync());
        await client.RunOverAsync();

        Assert.False(resumed.Paused);
        var ended = await FindAsync(coordinator, run.RunId);
        Assert.Equal((RunStatus.Completed, false), (ended.Status, ended.Paused));
        var actions = (await EntriesAsync(coordinator)).Where(e => e.GetProperty("kind").GetString() == "operatorAction")
            .Select(e => $"{e.GetProperty("action")} {e.GetProperty("run")} {e.GetProperty("by")} {e.GetProperty("reason")}");
        Assert.Equal([$"pauseRun {run.RunId} operator a move", $"resumeRun {run.RunId} operator "], actions);
        Assert.Contains(await EntriesAsync(coordinator), e => e.GetProperty("kind").GetString() == "runCreated" && e.GetProperty("by").GetString() == "operator");
    }

    [Fact]
    public async Task PauseRun_ThatIsOverOrUnknownOrForAReasonTooLong_IsRefused()
    {
        await using var coordinator = await TestCoordinator.StartAsync();
        var run = await coordinator.CreateRunAsync(TestCoordinator.Spec(more: OneClient));
        await RefusedAsync(StatusCode.InvalidArgument, coordinator, new PauseRunRequest { RunId = run.RunId, Reason = new string('x', 501) });
        await RefusedAsync(StatusCode.NotFound, coordinator, new PauseRunRequest { RunId = "none" });
        await coordinator.Runs.PauseRunAsync(new PauseRunRequest { RunId = run.RunId }, coordinator.Operator);

        var stopped = (await coordinator.Runs.StopRunAsync(new StopRunRequest { RunId = run.RunId }, coordinator.Operator)).Run;

        Assert.Equal((RunStatus.Stopped, false), (stopped.Status, stopped.Paused));
        await RefusedAsync(StatusCode.FailedPrecondition, coordinator, new PauseRunRequest { RunId = run.RunId });
    }

    private static async Task DeliverAsync(TestClient client, TestCoordinator coordinator, FitAssignment fit)
    {
        var manifest = Core.Specs.RunSpecParser.Parse((await FindAsync(coordinator, fit.RunId)).SpecJson).Spec!.Model.Manifest.Hash;
        await client.PushAsync(TestClient.Header(fit, manifest, s_delta, 1), s_delta);
    }

    private static async Task UntilVersionAsync(TestCoordinator coordinator, string runId, int version)
    {
        using var call = coordinator.Runs.WatchRun(new WatchRunRequest { RunId = runId }, coordinator.Operator);
        while (call.ResponseStream.Current?.Round is not { Status: RoundStatus.Published } || call.ResponseStream.Current.Round.Version < version)
        {
            Assert.True(await call.ResponseStream.MoveNext(TestContext.Current.CancellationToken));
        }
    }

    private static async Task<Run> FindAsync(TestCoordinator coordinator, string runId) =>
        (await coordinator.Runs.GetRunAsync(new GetRunRequest { RunId = runId }, coordinator.Operator)).Run;

    private static async Task<List<JsonElement>> EntriesAsync(TestCoordinator coordinator)
    {
        using var call = coordinator.Log.GetEntries(new GetEntriesRequest(), coordinator.Operator);
        var entries = new List<JsonElement>();
        while (await call.ResponseStream.MoveNext(TestContext.Current.CancellationToken))
        {
            entries.AddRange(call.ResponseStream.Current.Entries.Select(e => JsonDocument.Parse(e.Memory).RootElement.Clone()));
        }

        return entries;
    }

    private static async Task RefusedAsync(StatusCode expected, TestCoordinator coordinator, PauseRunRequest request) =>
        Assert.Equal(expected, (await Assert.ThrowsAsync<RpcException>(async () => await coordinator.Runs.PauseRunAsync(request, coordinator.Operator))).StatusCode);
}
