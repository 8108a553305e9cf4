using FedLearn.Client.Tests.Fakes;
using FedLearn.Client.Transport;
using FedLearn.Protocol.V1;
using Grpc.Core;

namespace FedLearn.Client.Tests.Session;

public sealed class UploadTests : SessionTestBase
{
    private const int Parameters = 500_000;
    private const long Bytes = Parameters * 4L;

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(UpdateUpload.ChunkSize)]
    [InlineData(UpdateUpload.ChunkSize + 1)]
    [InlineData(1_999_999)]
    public async Task Upload_CutOnce_ResumesWhereItStopped(long cut)
    {
        Coordinator.Faults.CutUploadsAt.Enqueue(cut);
        var (run, basis) = OpenRound(Parameters);
        await using var worker = StartWorker(new ScriptedTrainer());

        var accepted = await Service.Uploads.Accepted.NextAsync();

        AssertDelta(run, accepted);
        Assert.Equal(0, basis.Version);
        Assert.InRange(Service.Uploads.BytesIn, Bytes, Bytes + UpdateUpload.ChunkSize);
    }

    [Fact]
    public async Task Upload_CutAgainAndAgain_SendsNoByteTwiceBeyondTheLastChunk()
    {
        long[] cuts = [100_000, 300_000, 300_001, 1_200_000, 1_900_000];
        Array.ForEach(cuts, Coordinator.Faults.CutUploadsAt.Enqueue);
        var (run, _) = OpenRound(Parameters);
        await using var worker = StartWorker(new ScriptedTrainer());

        AssertDelta(run, await Service.Uploads.Accepted.NextAsync());
        Assert.InRange(Service.Uploads.BytesIn, Bytes, Bytes + (cuts.Length * UpdateUpload.ChunkSize));
    }

    [Theory]
    [InlineData(10)]
    [InlineData(Parameters)]
    public async Task Receipt_Lost_IsFetchedWithoutSendingTheUpdateAgain(int parameters)
    {
        Coordinator.Faults.LoseReceipts = 1;
        var (run, _) = OpenRound(parameters);
        var trainer = new ScriptedTrainer();
        await using var worker = StartWorker(trainer);

        await worker.Log.NextAsync(2051);

        AssertDelta(run, await Service.Uploads.Accepted.NextAsync());
        Assert.False(Service.Uploads.Accepted.Reader.TryRead(out _));
        Assert.Equal(parameters * 4L, Service.Uploads.BytesIn);
        Assert.Single(Drain(trainer));
    }

    [Fact]
    public async Task Coordinator_RestartedInTheMiddleOfAnUpload_GetsTheRestAndNoSecondTraining()
    {
        Coordinator.Faults.CutUploadsAt.Enqueue(700_000);
        var (run, _) = OpenRound(Parameters);
        var trainer = new ScriptedTrainer();
        Service.Uploads.HoldPushes = new TaskCompletionSource();
        await using var worker = StartWorker(trainer);
        await Service.Uploads.Pushes.NextAsync();

        await Coordinator.RestartAsync();
        Service.Uploads.HoldPushes.SetResult();

        AssertDelta(run, await Service.Uploads.Accepted.NextAsync());
        Assert.Single(Drain(trainer));
    }

    [Fact]
    public async Task Upload_ForgottenByTheCoordinator_StartsAgainFromZero()
    {
        Coordinator.Faults.Refuse(nameof(Federation.FederationBase.PushUpdate), StatusCode.NotFound, "no such upload");
        Coordinator.Faults.Refuse(nameof(Federation.FederationBase.PushUpdate), StatusCode.FailedPrecondition, "the upload stands at offset 0");
        var (run, _) = OpenRound(Parameters);
        await using var worker = StartWorker(new ScriptedTrainer());

        AssertDelta(run, await Service.Uploads.Accepted.NextAsync());
    }

    [Theory]
    [InlineData(StatusCode.Unavailable)]
    [InlineData(StatusCode.ResourceExhausted)]
    [InlineData(StatusCode.DeadlineExceeded)]
    public async Task Upload_PutOff_IsTriedAgain(StatusCode status)
    {
        Coordinator.Faults.Refuse(nameof(Federation.FederationBase.PushUpdate), status);
        var (run, _) = OpenRound(10);
        await using var worker = StartWorker(new ScriptedTrainer());

        AssertDelta(run, await Service.Uploads.Accepted.NextAsync());
        Assert.Contains(CallFault.StatusName(status), (await worker.Log.NextAsync(2007)).Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(StatusCode.InvalidArgument, 2052)]
    [InlineData(StatusCode.PermissionDenied, 2052)]
    [InlineData(StatusCode.FailedPrecondition, 2052)]
    [InlineData(StatusCode.AlreadyExists, 2053)]
    public async Task Upload_Refused_IsDroppedAndTheNextRoundGoesOn(StatusCode status, int eventId)
    {
        Coordinator.Faults.Refuse(nameof(Federation.FederationBase.PushUpdate), status, "because");
        var (run, basis) = OpenRound(10);
        await using var worker = StartWorker(new ScriptedTrainer());

        Assert.Contains("because", (await worker.Log.NextAsync(eventId)).Text, StringComparison.Ordinal);
        Service.TellNow(run.Fit(2, basis));
        var accepted = await Service.Uploads.Accepted.NextAsync();
        await worker.Log.NextAsync(2051);
        await worker.StopAsync();

        Assert.Equal(2, accepted.Header.Round);
        Assert.Contains(worker.Log.Lines, l => l.EventId == 2009 && l.Text.Contains("; 0 finished", StringComparison.Ordinal));
    }

    private static List<Client.Training.FitContext> Drain(ScriptedTrainer trainer)
    {
        trainer.Fits.Writer.Complete();
        return trainer.Fits.Reader.ReadAllAsync().ToBlockingEnumerable(TestContext.Current.CancellationToken).ToList();
    }

    private static void AssertDelta(RunFixture run, AcceptedUpdate accepted) =>
        Assert.True(accepted.Bytes.AsSpan().SequenceEqual(RunFixture.DeltaBytes(run.Vector(0), accepted.Header.Round)));

    private (RunFixture Run, ModelVersion Basis) OpenRound(int parameters)
    {
        var run = new RunFixture(parameters);
        var basis = Service.Models.Publish(run.Id, 0, run.Vector(0), run.Manifest.Hash);
        Service.State.AddRange([run.Announcement(), run.Fit(1, basis)]);
        return (run, basis);
    }
}
