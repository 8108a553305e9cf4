using System.Runtime.InteropServices;
using FedLearn.Client.Tests.Fakes;
using FedLearn.Protocol.V1;

namespace FedLearn.Client.Tests.Session;

/// <summary>A client's personal model: the second fit of each round, carried on only where the round counts its update.</summary>
public sealed class PersonalModelTests : SessionTestBase
{
    private readonly RunFixture _run = new(5, clientJson: """{ "personalLambda": 0.75, "proximalMu": 0.25 }""");

    [Fact]
    public async Task Rounds_TrainItTowardsTheBaseVersion_AndSendTheUpdateAlone()
    {
        Service.State.Add(_run.Announcement());
        var trainer = new ScriptedTrainer { TakesProximalCentre = true };
        await using var worker = StartWorker(trainer);

        Assert.Equal(_run.Vector(0), await RoundAsync(trainer, 1));
        Service.Rounds[1] = RoundStatus.Published;
        Assert.Equal(After(_run.Vector(0), 1), await RoundAsync(trainer, 2));
        Service.Rounds[2] = RoundStatus.Void;
        Assert.Equal(After(_run.Vector(0), 1), await RoundAsync(trainer, 3));
    }

    [Theory]
    [InlineData(RoundStatus.Published, true)]
    [InlineData(RoundStatus.Void, false)]
    public async Task Restart_KeepsTheModelOfARoundThatCounts(RoundStatus outcome, bool counts)
    {
        Service.State.Add(_run.Announcement());
        var before = new ScriptedTrainer { TakesProximalCentre = true };
        await using (var worker = StartWorker(before))
        {
            await RoundAsync(before, 1);
            await worker.StopAsync();
        }

        Service.Rounds[1] = outcome;
        var after = new ScriptedTrainer { TakesProximalCentre = true };
        await using var next = StartWorker(after);

        Assert.Equal(counts ? After(_run.Vector(0), 1) : _run.Vector(1), await RoundAsync(after, 2));
    }

    [Fact]
    public async Task Evaluation_IsOfBoth()
    {
        Service.State.Add(_run.Announcement());
        var trainer = new ScriptedTrainer { TakesProximalCentre = true };
        await using var worker = StartWorker(trainer);
        await RoundAsync(trainer, 1);
        var version = Service.Models.Publish(_run.Id, 1, _run.Vector(1), _run.Manifest.Hash);
        Service.Rounds[1] = RoundStatus.Evaluating;
        Service.Tell(_run.Evaluate(1, version));

        Assert.Equal(_run.Vector(1), (await trainer.Evaluations.NextAsync()).Parameters.ToArray());
        Assert.Equal(After(_run.Vector(0), 1), (await trainer.Evaluations.NextAsync()).Parameters.ToArray());
        var report = await Service.Reports.NextAsync();
        Assert.Equal(["accuracy", "loss", "personal.accuracy", "personal.loss"], report.Metrics.Keys.Order(StringComparer.Ordinal));
        Assert.Equal((0.25, 0.9), (report.Metrics["personal.loss"], report.Metrics["personal.accuracy"]));
    }

    [Theory]
    [InlineData("""{ "personalLambda": 0 }""")]
    [InlineData("""{ "personalLambda": 0.75 }""")]
    public async Task Evaluation_WithoutAPersonalModel_IsOfTheVersionAlone(string client)
    {
        var run = new RunFixture(5, clientJson: client);
        Service.State.Add(run.Announcement());
        var trainer = new ScriptedTrainer { TakesProximalCentre = true };
        await using var worker = StartWorker(trainer);
        Service.Tell(run.Evaluate(1, Service.Models.Publish(run.Id, 1, run.Vector(1), run.Manifest.Hash)));

        Assert.Equal(["accuracy", "loss"], (await Service.Reports.NextAsync()).Metrics.Keys.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task LambdaZero_TrainsOnce_AndKeepsNothing()
    {
        var run = new RunFixture(5);
        Service.State.Add(run.Announcement());
        var trainer = new ScriptedTrainer();
        await using var worker = StartWorker(trainer);
        Service.Tell(run.Fit(1, Service.Models.Publish(run.Id, 0, run.Vector(0), run.Manifest.Hash)));

        Assert.Equal(RunFixture.DeltaBytes(run.Vector(0), 1), (await Service.Uploads.Accepted.NextAsync()).Bytes);
        Assert.True((await trainer.Fits.NextAsync()).ProximalCentre.IsEmpty);
        Assert.False(trainer.Fits.Reader.TryRead(out _));
        Assert.Empty(Files());
    }

    [Fact]
    public async Task Disk_HoldsItSealed_AndForgetsItWithTheRun()
    {
        Service.State.Add(_run.Announcement());
        var trainer = new ScriptedTrainer { TakesProximalCentre = true };
        await using var worker = StartWorker(trainer);
        await RoundAsync(trainer, 1);
        await worker.Log.NextAsync(2051);

        var kept = Assert.Single(Files());
        Assert.Equal(-1, File.ReadAllBytes(kept).AsSpan().IndexOf(MemoryMarshal.AsBytes(After(_run.Vector(0), 1).AsSpan())));
        Service.TellNow(_run.RunOver());
        await worker.Log.NextAsync(2022);
        await worker.StopAsync();
        Assert.Empty(Files());
    }

    [Fact]
    public async Task Run_WhoseTrainerTakesNoCentre_IsDeclined()
    {
        Service.State.Add(_run.Announcement());
        await using var worker = StartWorker(new ScriptedTrainer());

        Assert.Contains("does not (ITrainer.TakesProximalCentre)", (await Service.Answers.NextAsync()).DeclineReason, StringComparison.Ordinal);
    }

    private static float[] After(float[] start, int round) => [.. start.Select((v, i) => v + ScriptedTrainer.Delta(round, i))];

    private IEnumerable<string> Files() => Directory.EnumerateFiles(Folder.File("state"), "personal.*");

    /// <summary>Lets the worker train a round, and returns what its personal model began with.</summary>
    private async Task<float[]> RoundAsync(ScriptedTrainer trainer, int round)
    {
        var basis = Service.Models.Publish(_run.Id, round - 1, _run.Vector(round - 1), _run.Manifest.Hash);
        Service.Tell(_run.Fit(round, basis));
        var (global, personal) = (await trainer.Fits.NextAsync(), await trainer.Fits.NextAsync());
        var accepted = await Service.Uploads.Accepted.NextAsync();
        lock (Service.State)
        {
            Service.State.RemoveAll(m => m.Fit is not null);
        }

        Assert.Equal((0.25, 0, 0.75, 5), (global.Run.Settings.ProximalMu, global.ProximalCentre.Length, personal.Run.Settings.ProximalMu, personal.ProximalCentre.Length));
        Assert.Equal(_run.Vector(round - 1), personal.ProximalCentre.ToArray());
        Assert.Equal(RunFixture.DeltaBytes(_run.Vector(round - 1), round), accepted.Bytes);
        return personal.Parameters.ToArray();
    }
}
