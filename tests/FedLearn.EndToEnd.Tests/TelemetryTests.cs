using System.Collections.Concurrent;
using System.Diagnostics;
using FedLearn.Client;
using FedLearn.Training.Data;
using FedLearn.Training.Data.Digits;

namespace FedLearn.EndToEnd.Tests;

/// <summary>What a running federation tells who watches it: one trace for each round across coordinator and workers, and metrics as Prometheus text.</summary>
public class TelemetryTests
{
    private const string Spec = """
        {
          "name": "traced", "seed": 3, "model": {"kind":"softmax","inputs":784,"classes":10},
          "cohort": { "minimum": 2 }, "client": { "epochs": 1, "batchSize": 10, "learningRate": 0.1 }, "stop": { "rounds": 2 }
        }
        """;

    [Fact]
    public async Task Round_OfTwoWorkers_IsOneTraceAcrossAllOfThem()
    {
        var seen = new ConcurrentQueue<Activity>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name is "FedLearn.Coordinator" or Telemetry.Name or "Microsoft.AspNetCore" or "System.Net.Http",
            Sample = (ref _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = seen.Enqueue,
        };
        ActivitySource.AddActivityListener(listener);
        await using (var federation = await TestFederation.StartAsync())
        {
            federation.AddWorkers(Halves());
            await federation.RunToEndAsync(Spec);
        }

        var rounds = seen.Where(a => a.OperationName == "round" && (string?)a.GetTagItem("fedlearn.run") == "traced").ToList();
        Assert.Equal([1, 2], rounds.Select(r => (int)r.GetTagItem("fedlearn.round")!).Order());
        Assert.All(rounds, round =>
        {
            Assert.Null(round.ParentId);
            Assert.Equal("published", round.GetTagItem("fedlearn.outcome"));
            var trace = seen.Where(a => a.TraceId == round.TraceId).ToList();
            Assert.Equal(round.SpanId, Assert.Single(trace, a => a.OperationName == "aggregate").ParentSpanId);
            var training = trace.Where(a => a.OperationName == "training").ToList();
            Assert.Equal(2, training.Count);
            Assert.All(training, t => Assert.Equal(round.SpanId, t.ParentSpanId));
            Assert.Equal(2, trace.Count(a => a.OperationName == "evaluation"));
            Assert.Equal(2, trace.Count(a => a.OperationName == "fit" && training.Any(t => t.SpanId == a.ParentSpanId)));
            Assert.Equal(2, trace.Count(a => a.Source.Name == "Microsoft.AspNetCore" && a.GetTagItem("grpc.method")?.ToString() == "/fedlearn.v1.Federation/PushUpdate"));
        });
    }

    [Fact]
    public async Task Metrics_OfARun_AreThereAtTheOperationsAddressAlone()
    {
        await using var federation = await TestFederation.StartAsync();
        federation.AddWorkers(Halves());
        await federation.RunToEndAsync(Spec.Replace("traced", "measured"));

        using var http = new HttpClient();
        var text = await http.GetStringAsync(new Uri($"{federation.OperationsAddress}/metrics"), TestContext.Current.CancellationToken);
        Assert.Matches("""(?m)^fedlearn_rounds_total\{[^}]*outcome="published"[^}]*run="measured"[^}]*\} 2""", text);
        Assert.Matches("""(?m)^fedlearn_round_stage_duration_seconds_bucket\{[^}]*run="measured"[^}]*le="0.03"\}""", text);
        Assert.Matches("""(?m)^fedlearn_round_evaluation\{[^}]*metric="accuracy"[^}]*run="measured"[^}]*\} 0\.\d+""", text);
        Assert.Matches("(?m)^fedlearn_disk_free_bytes(\\{.*\\})? [1-9]", text);

        using var elsewhere = await http.GetAsync(new Uri($"{federation.VectorsAddress}/metrics"), TestContext.Current.CancellationToken);
        Assert.Equal(System.Net.HttpStatusCode.NotFound, elsewhere.StatusCode);
    }

    private static LocalData[] Halves()
    {
        using DigitsRecordSource train = new(new() { Count = 200 }), test = new(new() { Count = 40, Start = 200 });
        var data = DataSet.Load(train, test);
        return [data with { Train = data.Train.Select(0..100) }, data with { Train = data.Train.Select(100..200) }];
    }
}
