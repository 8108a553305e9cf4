using FedLearn.Client.Tests.Fakes;
using FedLearn.Protocol.V1;

namespace FedLearn.Client.Tests.Session;

public sealed class DownloadTests : SessionTestBase
{
    [Fact]
    public async Task Download_Cut_AsksForTheRestOnly()
    {
        const int Parameters = 400_000;
        long[] cuts = [1, 262_145, 1_500_001];
        Array.ForEach(cuts, Coordinator.Faults.CutDownloadsAt.Enqueue);
        var run = new RunFixture(Parameters);
        var basis = Service.Models.Publish(run.Id, 0, run.Vector(0), run.Manifest.Hash);
        Service.State.AddRange([run.Announcement(), run.Fit(1, basis)]);
        var trainer = new ScriptedTrainer();
        await using var worker = StartWorker(trainer);

        var fit = await trainer.Fits.NextAsync();

        Assert.True(fit.Parameters.Span.SequenceEqual(run.Vector(0)));
        Assert.Equal([(0, 0L), (0, 1L), (0, 262_145L), (0, 1_500_001L)], Service.Models.Requests);
    }

    [Fact]
    public async Task Download_DamagedBytes_AreRefusedAndTheRoundDeclined()
    {
        var run = new RunFixture(1000);
        var basis = Service.Models.Publish(run.Id, 0, run.Vector(0), run.Manifest.Hash);
        Service.Models.Damage(run.Id, 0, at: 2222);
        Service.State.AddRange([run.Announcement(), run.Fit(1, basis)]);
        var trainer = new ScriptedTrainer();
        await using var worker = StartWorker(trainer);

        await Service.Answers.NextAsync();
        var decline = await Service.Answers.NextAsync();

        Assert.Equal((1, Stage.Fit), (decline.Round, decline.Stage));
        Assert.Contains($"its digest must be {Convert.ToHexStringLower(basis.Digest.Span)}", decline.DeclineReason, StringComparison.Ordinal);
        Assert.False(trainer.Fits.Reader.TryRead(out _));
    }

    [Fact]
    public async Task Download_OfAnotherManifest_IsRefused()
    {
        var run = new RunFixture(1000);
        var basis = Service.Models.Publish(run.Id, 0, run.Vector(0), "00");
        Service.State.AddRange([run.Announcement(), run.Fit(1, basis)]);
        await using var worker = StartWorker(new ScriptedTrainer());

        await Service.Answers.NextAsync();

        Assert.Contains("is not what was announced", (await Service.Answers.NextAsync()).DeclineReason, StringComparison.Ordinal);
    }
}
