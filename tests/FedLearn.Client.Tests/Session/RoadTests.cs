using System.Globalization;
using FedLearn.Client.Tests.Fakes;
using Grpc.Core;

namespace FedLearn.Client.Tests.Session;

public sealed class RoadTests : SessionTestBase
{
    private const int Parameters = 1_000_003;
    private const long Bytes = Parameters * 4L;

    private FakeRoad Road => Service.Road;

    [Fact]
    public async Task Vectors_RoadOffered_TakeItBothWays()
    {
        var (run, worker, trainer) = Start();
        await using var _ = worker;

        var fit = await trainer.Fits.NextAsync();
        AssertDelta(run, await Service.Uploads.Accepted.NextAsync());
        await worker.Log.NextAsync(2051);

        Assert.True(fit.Parameters.Span.SequenceEqual(run.Vector(0)));
        Assert.Equal(["GET", $"PUT bytes 0-{Bytes - 1}/{Bytes}"], Road.Requests);
        Assert.Equal((Bytes, 0), (Road.BytesIn, Service.Uploads.BytesIn));
    }

    [Theory]
    [InlineData(null)]
    [InlineData(1_300_000L)]
    public async Task ServerState_RoadOffered_TakesItAndResumes(long? cut)
    {
        Road.Url = Coordinator.RoadAddress;
        var run = new RunFixture(Parameters, clientJson: """{ "learningRate": 0.5 }""", strategyJson: """{ "kind": "scaffold", "clients": 3 }""");
        var basis = Service.Models.Publish(run.Id, 1, run.Vector(1), run.Manifest.Hash);
        var control = Service.Models.PublishState(run.Id, 1, "c", run.Vector(7));
        if (cut is { } at)
        {
            // The base version comes whole.
            Road.CutDownloadsAt.Enqueue(Bytes);
            Road.CutDownloadsAt.Enqueue(at);
        }

        Service.State.AddRange([run.Announcement(), run.Fit(2, basis, state: control)]);
        var seen = new TaskCompletionSource<(float[] Correction, float[] Parameters)>();
        var trainer = new ScriptedTrainer
        {
            TakesCorrection = true,
            DuringFit = (fit, _) =>
            {
                seen.TrySetResult((fit.Correction.ToArray(), fit.Parameters.ToArray()));
                return Task.CompletedTask;
            },
        };
        await using var worker = StartWorker(trainer);

        var (correction, parameters) = await seen.Task;

        Assert.True(correction.AsSpan().SequenceEqual(run.Vector(7)));
        Assert.True(parameters.AsSpan().SequenceEqual(run.Vector(1)));
        Assert.Equal(["GET", "GET"], Road.Requests.Take(2));
        Assert.Equal(cut is null ? 0 : 1, Road.Requests.Count(r => r.StartsWith("GET bytes=", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Vectors_Small_GoByGrpc()
    {
        var (run, worker, _) = Start(1000);
        await using var __ = worker;

        AssertDelta(run, await Service.Uploads.Accepted.NextAsync());

        Assert.Empty(Road.Requests);
    }

    [Fact]
    public async Task Download_RoadCut_AsksForTheRestOnly()
    {
        long[] cuts = [1_000_001, 2_500_002, 3_500_003];
        Array.ForEach(cuts, Road.CutDownloadsAt.Enqueue);
        var (run, worker, trainer) = Start();
        await using var _ = worker;

        var fit = await trainer.Fits.NextAsync();

        Assert.True(fit.Parameters.Span.SequenceEqual(run.Vector(0)));
        // A reset may swallow what was on its way, so that a download goes on from at most the cut.
        var starts = Road.Requests.Where(r => r.StartsWith("GET", StringComparison.Ordinal))
            .Select(r => r == "GET" ? 0 : long.Parse(r["GET bytes=".Length..^1], CultureInfo.InvariantCulture)).ToList();
        Assert.Equal(starts.Order(), starts);
        Assert.All(starts.Skip(1).Zip(cuts), s => Assert.InRange(s.First, 0, s.Second));
        Assert.True(starts[^1] > 0, "no download went on");
    }

    [Fact]
    public async Task Upload_RoadCutAgainAndAgain_ResumesOnTheRoadWhereItStopped()
    {
        long[] cuts = [100_000, 300_000, 300_001, 1_200_000, 1_900_000];
        Array.ForEach(cuts, Road.CutUploadsAt.Enqueue);
        var (run, worker, _) = Start();
        await using var __ = worker;

        AssertDelta(run, await Service.Uploads.Accepted.NextAsync());

        Assert.Equal(cuts.Prepend(0).Select(c => $"PUT bytes {c}-{Bytes - 1}/{Bytes}"), Road.Requests.Skip(1));
        Assert.InRange(Road.BytesIn, Bytes, Bytes + (cuts.Length * (64 << 10)));
        Assert.DoesNotContain(worker.Log.Lines, l => l.EventId == 2056);
    }

    [Fact]
    public async Task Upload_RoadCutTwiceAtOneByte_GoesOnByGrpcFromThere()
    {
        // The first one gets there, and neither of the others any further.
        Array.ForEach([1_200_000, 1_200_000, 1_200_000L], Road.CutUploadsAt.Enqueue);
        var (run, worker, _) = Start(2_000_000);
        await using var __ = worker;

        var closed = await worker.Log.NextAsync(2056);
        AssertDelta(run, await Service.Uploads.Accepted.NextAsync());

        Assert.Contains("they go by gRPC", closed.Text, StringComparison.Ordinal);
        Assert.InRange(Service.Uploads.BytesIn, 1, 8_000_000 - 1_200_000);
    }

    [Fact]
    public async Task Receipt_LostOnTheRoad_IsFetchedWithoutSendingTheUpdateAgain()
    {
        Coordinator.Faults.LoseReceipts = 1;
        var (run, worker, _) = Start();
        await using var __ = worker;

        await worker.Log.NextAsync(2051);

        AssertDelta(run, await Service.Uploads.Accepted.NextAsync());
        Assert.Equal((Bytes, 0), (Road.BytesIn, Service.Uploads.BytesIn));
    }

    [Theory]
    [InlineData(404)]
    [InlineData(200)]
    [InlineData(502)]
    public async Task Road_AnsweredBySomebodyElse_IsClosedOnceAndVectorsGoByGrpc(int status)
    {
        Road.Strangers.Enqueue(status);
        var (run, worker, _) = Start();
        await using var __ = worker;

        var closed = await worker.Log.NextAsync(2056);
        AssertDelta(run, await Service.Uploads.Accepted.NextAsync());

        Assert.Contains($"the answer is {status}", closed.Text, StringComparison.Ordinal);
        Assert.Equal(["GET"], Road.Requests);
        Assert.Equal(Bytes, Service.Uploads.BytesIn);
        Assert.Single(worker.Log.Lines, l => l.EventId == 2056);
    }

    [Fact]
    public async Task Road_NobodyListens_VectorsGoByGrpc()
    {
        var (run, worker, _) = Start(url: "http://127.0.0.1:1");
        await using var __ = worker;

        Assert.Contains("connection refused", (await worker.Log.NextAsync(2056)).Text, StringComparison.Ordinal);
        AssertDelta(run, await Service.Uploads.Accepted.NextAsync());
    }

    [Theory]
    [InlineData(Parameters)]
    [InlineData(5_000_000)] // Asks first whether the body is wanted.
    public async Task Upload_RefusedOnTheRoad_IsTheCoordinatorsVerdict(int parameters)
    {
        var (_, worker, trainer) = Start(parameters, during: _ => Road.Refusals.Enqueue(new Status(StatusCode.InvalidArgument, "the norm is 100 % too big: ä")));
        await using var __ = worker;
        await trainer.Fits.NextAsync();

        var refused = await worker.Log.NextAsync(2052);

        Assert.Contains("INVALID_ARGUMENT: the norm is 100 % too big: ä", refused.Text, StringComparison.Ordinal);
        Assert.Equal((0, 0), (Road.BytesIn, Service.Uploads.BytesIn));
        Assert.DoesNotContain(worker.Log.Lines, l => l.EventId == 2056);
    }

    [Theory]
    [InlineData(StatusCode.ResourceExhausted)]
    [InlineData(StatusCode.NotFound)]
    public async Task Upload_PutOffOnTheRoad_IsTriedAgainThere(StatusCode status)
    {
        var (run, worker, _) = Start(during: _ => Road.Refusals.Enqueue(new Status(status, "later")));
        await using var __ = worker;

        AssertDelta(run, await Service.Uploads.Accepted.NextAsync());

        Assert.Equal(Bytes, Road.BytesIn);
        Assert.Contains("later", (await worker.Log.NextAsync(2007)).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Coordinator_RestartedInTheMiddleOfAnUpload_GetsTheRestOnTheRoad()
    {
        Road.CutUploadsAt.Enqueue(700_000);
        var (run, worker, trainer) = Start(hold: true);
        await using var __ = worker;
        await trainer.Fits.NextAsync();

        await Coordinator.RestartAsync();
        _held.SetResult();

        AssertDelta(run, await Service.Uploads.Accepted.NextAsync());
    }

    private readonly TaskCompletionSource _held = new();

    private (RunFixture Run, Worker Worker, ScriptedTrainer Trainer) Start(
        int parameters = Parameters, string? url = null, Action<object>? during = null, bool hold = false)
    {
        Road.Url = url ?? Coordinator.RoadAddress;
        var run = new RunFixture(parameters);
        var basis = Service.Models.Publish(run.Id, 0, run.Vector(0), run.Manifest.Hash);
        Service.State.AddRange([run.Announcement(), run.Fit(1, basis)]);
        var trainer = new ScriptedTrainer
        {
            DuringFit = (fit, _) =>
            {
                during?.Invoke(fit);
                return hold ? _held.Task : Task.CompletedTask;
            },
        };
        return (run, StartWorker(trainer), trainer);
    }

    private static void AssertDelta(RunFixture run, AcceptedUpdate accepted) =>
        Assert.True(accepted.Bytes.AsSpan().SequenceEqual(RunFixture.DeltaBytes(run.Vector(0), accepted.Header.Round)));
}
