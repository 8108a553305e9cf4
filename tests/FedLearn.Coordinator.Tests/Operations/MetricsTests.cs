using System.Diagnostics.Metrics;
using FedLearn.Coordinator.Operations.Telemetry;
using FedLearn.Coordinator.Rounds;
using FedLearn.Coordinator.Tests.Storage;
using FedLearn.Core.Specs;
using FedLearn.Protocol.V1;
using Grpc.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;

namespace FedLearn.Coordinator.Tests.Operations;

/// <summary>What the coordinator's instruments say of rounds.</summary>
public sealed class MetricsTests : IDisposable
{
    private readonly TempFolder _temp = new();

    public void Dispose()
    {
        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
        _temp.Dispose();
    }

    [Fact]
    public async Task Round_PublishedAndEvaluated_IsMeasured()
    {
        using var measured = new MeasuredRun("measured");
        var spec = TestCoordinator.Spec(2, "measured", """ "cohort": { "minimum": 2 }, "closing": { "minUpdates": 2 }, "stop": { "rounds": 1 }, """);
        await using var coordinator = await TestCoordinator.StartAsync(_temp["data"], o => o with { LogFile = _temp["log"], LogLevel = LogLevel.Debug });
        var run = await coordinator.CreateRunAsync(spec);
        using TestClient a = await coordinator.JoinAsync("a"), b = await coordinator.JoinAsync("b");
        await a.WatchWithAsync(new() { RunId = run.RunId, NumExamples = 10, LabelCounts = { 10, 0 } });
        await b.WatchWithAsync(new() { RunId = run.RunId, NumExamples = 30, LabelCounts = { 0, 30 } });
        var fit = await a.NextFitAsync();
        await a.GetModelAsync(run.RunId, 0);
        await Assert.ThrowsAsync<RpcException>(() => PushAsync(a, spec, fit, [float.NaN, 0]));
        await Assert.ThrowsAsync<RpcException>(() => PushAsync(a, spec, fit, [3, 0], header => header.NumExamples = -1));
        await PushAsync(a, spec, fit, [3, 0]);
        await PushAsync(b, spec, await b.NextFitAsync(), [0, 4]);
        var evaluate = await a.NextEvaluateAsync();
        await ReportAsync(a, evaluate, 0.5);
        await ReportAsync(b, evaluate, 1.5);
        await a.RunOverAsync();
        while (measured.Of("fedlearn.drift.cosine mean").Count == 0)
        {
            // It is measured after the round, by who deletes its updates.
            await coordinator.Runs.GetRunAsync(new() { RunId = run.RunId }, coordinator.Operator);
        }

        Assert.Equal([1], measured.Of("fedlearn.rounds published"));
        Assert.Equal([2], measured.Of("fedlearn.round.cohort"));
        Assert.Equal((2, 2), (measured.Of("fedlearn.updates accepted").Count, measured.Of("fedlearn.updates invalid").Count));
        Assert.Equal(8, measured.Of("fedlearn.vector.bytes out").Sum());
        Assert.Equal(3 * 8, measured.Of("fedlearn.vector.bytes in").Sum()); // of the invalid ones the header's is refused before its bytes
        Assert.Equal([0.5], measured.Of("fedlearn.round.train_loss"));
        Assert.Equal([1], measured.Of("fedlearn.round.evaluation loss"));
        Assert.Equal([0.7], measured.Of("fedlearn.drift.cosine mean").Select(v => Math.Round(v, 12)));
        Assert.Equal((2.5, 3, 4), (measured.Of("fedlearn.drift.norm mean")[0], measured.Of("fedlearn.drift.norm least")[0], measured.Of("fedlearn.drift.norm largest")[0]));
        Assert.Equal((0.25, 1.5), (measured.Of("fedlearn.skew.size gini")[^1], measured.Of("fedlearn.skew.size largest_over_median")[^1]));
        Assert.Equal(0.5, measured.Of("fedlearn.skew.label_distance")[^1]);
        Assert.All((string[])["fit", "aggregate", "evaluate"], s => Assert.InRange(Assert.Single(measured.Of($"fedlearn.round.stage.duration {s}")), 0, 60));
        Assert.DoesNotContain(measured.Keys, key => key.Contains("surprise", StringComparison.Ordinal));
        Assert.Contains(File.ReadLines(_temp["log"]), l => l.Contains("update of a accepted, 10 examples", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Round_StoppedByHand_CountsAsVoid()
    {
        using var measured = new MeasuredRun("stopped");
        var spec = TestCoordinator.Spec(2, "stopped");
        await using var coordinator = await TestCoordinator.StartAsync(_temp["data"]);
        var run = await coordinator.CreateRunAsync(spec);
        using TestClient a = await coordinator.JoinAsync("a"), b = await coordinator.JoinAsync("b");
        await a.WatchAsync();
        var fit = await a.NextFitAsync();
        await Assert.ThrowsAsync<RpcException>(() => PushAsync(b, spec, fit, [1, 1]));

        await coordinator.Runs.StopRunAsync(new StopRunRequest { RunId = run.RunId }, coordinator.Operator);

        Assert.Equal([1], measured.Of("fedlearn.rounds void"));
        Assert.Equal([1], measured.Of("fedlearn.updates refused"));
        Assert.Empty(measured.Of("fedlearn.rounds published"));
        Assert.Empty(measured.Of("fedlearn.round.train_loss"));
    }

    [Fact]
    public void ClientsOnline_ComeAndGo_AreObserved()
    {
        using var services = new ServiceCollection().AddMetrics().BuildServiceProvider();
        var factory = services.GetRequiredService<IMeterFactory>();
        var hub = new WatchHub(new FakeTimeProvider());
        _ = new CoordinatorMetrics(factory, hub);
        var online = new List<int>();
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, l) =>
            {
                if (ReferenceEquals(instrument.Meter.Scope, factory) && instrument.Name == "fedlearn.clients.online")
                {
                    l.EnableMeasurementEvents(instrument);
                }
            },
        };
        listener.SetMeasurementEventCallback<int>((_, value, _, _) => online.Add(value));
        listener.Start();

        listener.RecordObservableInstruments();
        var (first, _) = (hub.Open("a"), hub.Open("b"));
        hub.Open("a");
        listener.RecordObservableInstruments();
        hub.Close(first);
        listener.RecordObservableInstruments();

        Assert.Equal([0, 2, 2], online);
    }

    [Fact]
    public void BytesIn_WithoutAListener_AllocateNothing()
    {
        using var services = new ServiceCollection().AddMetrics().BuildServiceProvider();
        var meter = new RoundMeter(new RunMetrics(new(services.GetRequiredService<IMeterFactory>(), new WatchHub(new FakeTimeProvider())), "quiet"));
        meter.AddBytesIn(1);
        var before = GC.GetAllocatedBytesForCurrentThread();

        for (var i = 0; i < 1000; i++)
        {
            meter.AddBytesIn(1);
        }

        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
        Assert.Equal(1001, meter.Snapshot().BytesIn);
    }

    private static async Task PushAsync(TestClient client, string spec, FitAssignment fit, float[] delta, Action<UpdateHeader>? change = null)
    {
        var header = TestClient.Header(fit, RunSpecParser.Parse(spec).Spec!.Model.Manifest.Hash, delta, 10);
        change?.Invoke(header);
        await client.PushAsync(header, delta);
    }

    private static async Task ReportAsync(TestClient client, EvaluateAssignment evaluate, double loss) => await client.Calls.ReportEvaluationAsync(
        new() { RunId = evaluate.RunId, Round = evaluate.Round, Version = evaluate.Version, NumExamples = 1, Metrics = { ["loss"] = loss, ["surprise"] = 1 } }, client.Headers);
}
