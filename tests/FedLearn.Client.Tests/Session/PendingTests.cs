using System.Runtime.InteropServices;
using FedLearn.Client.Session;
using FedLearn.Client.Tests.Fakes;
using Microsoft.Extensions.Time.Testing;

namespace FedLearn.Client.Tests.Session;

public sealed class PendingTests : SessionTestBase
{
    [Theory]
    [InlineData(10)]
    [InlineData(400_000)]
    public async Task FinishedUpdate_WorkerStoppedBeforeItsReceipt_IsDeliveredByTheNextWorkerWithoutTraining(int parameters)
    {
        var run = await FinishWithoutReceiptAsync(parameters);
        var trainer = new ScriptedTrainer { DuringFit = (_, _) => throw new InvalidOperationException("must not train again") };

        await using var next = StartWorker(trainer);
        var accepted = await Service.Uploads.Accepted.NextAsync();
        await next.Log.NextAsync(2051);

        Assert.True(accepted.Bytes.AsSpan().SequenceEqual(RunFixture.DeltaBytes(run.Vector(0), 1)));
        Assert.False(trainer.Fits.Reader.TryRead(out _));
    }

    [Fact]
    public async Task Delivery_LastsFiveSeconds_TheUpdateIsSealedMeanwhile()
    {
        var run = new RunFixture(10);
        var basis = Service.Models.Publish(run.Id, 0, run.Vector(0), run.Manifest.Hash);
        Service.State.AddRange([run.Announcement(), run.Fit(1, basis)]);
        Service.Uploads.HoldPushes = new TaskCompletionSource();
        var time = new FakeTimeProvider();
        await using var worker = StartWorker(new ScriptedTrainer(), o => o with { Time = time });
        await Service.Uploads.Pushes.NextAsync();

        time.Advance(UpdateDelivery.SealAfter - TimeSpan.FromTicks(1));
        Assert.Empty(KeptUpdates());
        time.Advance(TimeSpan.FromTicks(1));
        await worker.Log.NextAsync(2058);
        Assert.Single(KeptUpdates());

        Service.Uploads.HoldPushes.SetResult();
        await worker.Log.NextAsync(2051);
    }

    [Fact]
    public async Task FinishedUpdate_RoundNoLongerAsked_IsDeliveredAnyway()
    {
        await FinishWithoutReceiptAsync(10);
        Service.State.RemoveAt(1);

        await using var next = StartWorker(new ScriptedTrainer());

        Assert.Equal("run run-1, round 1: an update finished earlier waits for its receipt; delivering it", (await next.Log.NextAsync(2054)).Text);
        Assert.Equal(1, (await Service.Uploads.Accepted.NextAsync()).Header.Round);
    }

    [Fact]
    public async Task FinishedUpdate_RoundClosedMeanwhile_IsDroppedWithTheCoordinatorsReason()
    {
        await FinishWithoutReceiptAsync(10);
        Service.State.Clear();
        Service.Uploads.ClosedRounds[("run-1", 1)] = true;

        await using var next = StartWorker(new ScriptedTrainer());

        Assert.Contains("FAILED_PRECONDITION: round 1 is closed", (await next.Log.NextAsync(2052)).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task FinishedUpdate_DamagedOnDisk_IsTrainedAgain()
    {
        var run = await FinishWithoutReceiptAsync(10);
        var file = KeptUpdates().Single();
        var bytes = await File.ReadAllBytesAsync(file, TestContext.Current.CancellationToken);
        bytes[^1] ^= 1;
        await File.WriteAllBytesAsync(file, bytes, TestContext.Current.CancellationToken);

        await using var next = StartWorker(new ScriptedTrainer());
        var accepted = await Service.Uploads.Accepted.NextAsync();

        Assert.Contains(next.Log.Lines, l => l.EventId == 2055);
        Assert.True(accepted.Bytes.AsSpan().SequenceEqual(RunFixture.DeltaBytes(run.Vector(0), 1)));
    }

    [Fact]
    public async Task Disk_WhileAnUpdateWaits_HoldsNoRunOfItsParametersAndNoToken()
    {
        var run = await FinishWithoutReceiptAsync(10_000);
        var files = Folder.Snapshot();
        var delta = RunFixture.DeltaBytes(run.Vector(0), 1);
        var trained = MemoryMarshal.AsBytes(run.Vector(0).Select((b, i) => b + ScriptedTrainer.Delta(1, i)).ToArray().AsSpan()).ToArray();

        Assert.Contains(files.Values, f => f.Length > delta.Length);
        Assert.All(files.Values, content =>
        {
            // 16 bytes are four parameters: by chance they stand nowhere.
            for (var at = 0; at + 16 <= delta.Length; at += 4000)
            {
                Assert.Equal(-1, content.AsSpan().IndexOf(delta.AsSpan(at, 16)));
                Assert.Equal(-1, content.AsSpan().IndexOf(trained.AsSpan(at, 16)));
            }

            Assert.Equal(-1, content.AsSpan().IndexOf("run-1"u8));
        });
    }

    private IEnumerable<string> KeptUpdates() => Directory.EnumerateFiles(Folder.File("state"), "update.*", SearchOption.AllDirectories);

    /// <summary>A worker trains round 1 and is stopped while the coordinator holds its push.</summary>
    private async Task<RunFixture> FinishWithoutReceiptAsync(int parameters)
    {
        var run = new RunFixture(parameters);
        var basis = Service.Models.Publish(run.Id, 0, run.Vector(0), run.Manifest.Hash);
        Service.State.AddRange([run.Announcement(), run.Fit(1, basis)]);
        Service.Uploads.HoldPushes = new TaskCompletionSource();
        await using (var worker = StartWorker(new ScriptedTrainer()))
        {
            await Service.Uploads.Pushes.NextAsync();
            await worker.StopAsync();
            Assert.Contains(worker.Log.Lines, l => l.EventId == 2009 && l.Text.Contains("; 1 finished", StringComparison.Ordinal));
        }

        Service.Uploads.HoldPushes = null;
        return run;
    }
}
