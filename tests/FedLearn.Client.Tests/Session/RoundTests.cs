using FedLearn.Client.Tests.Fakes;
using FedLearn.Protocol.V1;

namespace FedLearn.Client.Tests.Session;

public sealed class RoundTests : SessionTestBase
{
    [Theory]
    [InlineData(10)]
    [InlineData(1_000_003)]
    public async Task FitAssignment_Trained_CoordinatorHoldsTheDelta(int parameters)
    {
        var run = new RunFixture(parameters);
        var basis = Service.Models.Publish(run.Id, 0, run.Vector(0), run.Manifest.Hash);
        Service.State.AddRange([run.Announcement(), run.Fit(1, basis)]);
        await using var worker = StartWorker(new ScriptedTrainer());

        var accepted = await Service.Uploads.Accepted.NextAsync();

        Assert.Equal("hospital-a", accepted.ClientId);
        Assert.Equal((1, 0, 60L, 600L), (accepted.Header.Round, accepted.Header.BaseVersion, accepted.Header.NumExamples, accepted.Header.Steps));
        Assert.Equal(0.412, accepted.Header.Metrics["loss"]);
        Assert.Equal(basis.Digest, accepted.Header.BaseDigest);
        Assert.Equal(run.Manifest.Hash, accepted.Header.ManifestHash);
        Assert.True(accepted.Bytes.AsSpan().SequenceEqual(RunFixture.DeltaBytes(run.Vector(0), 1)));
        Assert.Equal($"round 1: epoch 1/1, 600 steps, loss 0.4120", (await worker.Log.NextAsync(2031)).Text);
        Assert.StartsWith($"round 1: update accepted, {parameters * 4} bytes in ", (await worker.Log.NextAsync(2051)).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task EvaluateThenFit_SameVersion_IsDownloadedOnce()
    {
        var run = new RunFixture(1000);
        var version = Service.Models.Publish(run.Id, 1, run.Vector(1), run.Manifest.Hash);
        Service.State.AddRange([run.Announcement(), run.Evaluate(1, version)]);
        await using var worker = StartWorker(new ScriptedTrainer());

        var report = await Service.Reports.NextAsync();
        Service.Tell(run.Fit(2, version));
        await Service.Uploads.Accepted.NextAsync();

        Assert.Equal((1, 1, 10L), (report.Round, report.Version, report.NumExamples));
        Assert.Equal((0.25, 0.9), (report.Metrics["loss"], report.Metrics["accuracy"]));
        Assert.Equal([(1, 0L)], Service.Models.Requests);
    }

    [Fact]
    public async Task Rounds_InARow_EachDeltaIsAgainstItsOwnBase()
    {
        var run = new RunFixture(300);
        Service.State.Add(run.Announcement());
        await using var worker = StartWorker(new ScriptedTrainer());

        for (var round = 1; round <= 3; round++)
        {
            var basis = Service.Models.Publish(run.Id, round - 1, run.Vector(round - 1), run.Manifest.Hash);
            Service.Tell(run.Fit(round, basis));
            var accepted = await Service.Uploads.Accepted.NextAsync();
            Assert.True(accepted.Bytes.AsSpan().SequenceEqual(RunFixture.DeltaBytes(run.Vector(round - 1), round)));
            Service.State.RemoveAt(1);
        }
    }

    [Fact]
    public async Task StageOver_DuringTraining_CancelsTheTrainerAndTheWorkerLivesOn()
    {
        var run = new RunFixture(10);
        var basis = Service.Models.Publish(run.Id, 0, run.Vector(0), run.Manifest.Hash);
        Service.State.AddRange([run.Announcement(), run.Fit(1, basis)]);
        var trainer = new ScriptedTrainer { DuringFit = (fit, stop) => fit.Round == 1 ? Task.Delay(Timeout.Infinite, stop) : Task.CompletedTask };
        await using var worker = StartWorker(trainer);
        await trainer.Fits.NextAsync();

        Service.TellNow(run.StageOver(1, Stage.Fit));
        var given = await worker.Log.NextAsync(2032);
        Service.TellNow(run.Fit(2, basis));
        var accepted = await Service.Uploads.Accepted.NextAsync();

        Assert.Equal("round 1: training given up: the coordinator closed it", given.Text);
        Assert.Equal(2, accepted.Header.Round);
    }

    [Fact]
    public async Task TrainerThatThrows_DeclinesTheRoundWithItsMessageAndLivesOn()
    {
        var run = new RunFixture(10);
        var basis = Service.Models.Publish(run.Id, 0, run.Vector(0), run.Manifest.Hash);
        Service.State.AddRange([run.Announcement(), run.Fit(1, basis)]);
        var trainer = new ScriptedTrainer
        {
            DuringFit = (fit, _) => fit.Round == 1 ? throw new InvalidOperationException("no GPU today") : Task.CompletedTask,
        };
        await using var worker = StartWorker(trainer);

        await Service.Answers.NextAsync();
        var decline = await Service.Answers.NextAsync();
        Service.TellNow(run.Fit(2, basis));
        var accepted = await Service.Uploads.Accepted.NextAsync();

        Assert.Equal((1, Stage.Fit, "InvalidOperationException: no GPU today"), (decline.Round, decline.Stage, decline.DeclineReason));
        Assert.Equal(2, accepted.Header.Round);
    }

    [Fact]
    public async Task TrainerThatDiverges_DeclinesInsteadOfUploading()
    {
        var run = new RunFixture(10);
        var vector = run.Vector(0);
        vector[3] = float.NaN;
        var basis = Service.Models.Publish(run.Id, 0, vector, run.Manifest.Hash);
        Service.State.AddRange([run.Announcement(), run.Fit(1, basis)]);
        await using var worker = StartWorker(new ScriptedTrainer());

        await Service.Answers.NextAsync();
        var decline = await Service.Answers.NextAsync();

        Assert.Contains("NaN or infinite", decline.DeclineReason, StringComparison.Ordinal);
        Assert.Equal(0, Service.Uploads.BytesIn);
    }

    [Fact]
    public async Task RunOver_BeforeTheAnswerToTheLastReport_TheReportIsNotGivenUp()
    {
        var run = new RunFixture(10);
        var version = Service.Models.Publish(run.Id, 1, run.Vector(1), run.Manifest.Hash);
        Service.State.AddRange([run.Announcement(), run.Evaluate(1, version)]);
        Service.HoldReports = new TaskCompletionSource();
        await using var worker = StartWorker(new ScriptedTrainer(), o => o with { ExitWhenDone = true });
        await Service.Reports.NextAsync();

        Service.TellNow(run.RunOver());
        await worker.Log.NextAsync(2022);
        Service.HoldReports.SetResult();
        await worker.Running.WaitAsync(Patience.Limit, TestContext.Current.CancellationToken);

        Assert.Contains(worker.Log.Lines, l => l.EventId == 2034);
        Assert.DoesNotContain(worker.Log.Lines, l => l.EventId == 2032);
    }

    [Fact]
    public async Task ExitWhenDone_RunOver_ReturnsByItself()
    {
        var run = new RunFixture(10);
        var basis = Service.Models.Publish(run.Id, 0, run.Vector(0), run.Manifest.Hash);
        Service.State.AddRange([run.Announcement(), run.Fit(1, basis)]);
        await using var worker = StartWorker(new ScriptedTrainer(), o => o with { ExitWhenDone = true });
        await Service.Uploads.Accepted.NextAsync();

        Service.TellNow(run.RunOver());
        await worker.Running.WaitAsync(Patience.Limit, TestContext.Current.CancellationToken);

        Assert.Contains(worker.Log.Lines, l => l.EventId == 2008);
    }
}
