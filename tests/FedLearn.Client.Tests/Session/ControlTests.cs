using System.Runtime.InteropServices;
using FedLearn.Client.Tests.Fakes;
using FedLearn.Protocol.V1;

namespace FedLearn.Client.Tests.Session;

/// <summary>A client's control variate, whose steps of 600 at rate 0.5 are arithmetic: round r moves parameter i by r + i/1024.</summary>
public sealed class ControlTests : SessionTestBase
{
    private const int Parameters = 5;
    private const double Way = 600 * 0.5;

    private readonly RunFixture _run = new(Parameters, clientJson: """{ "learningRate": 0.5 }""", strategyJson: """{ "kind": "scaffold", "clients": 3 }""");

    [Fact]
    public async Task FirstRound_HasNoCorrection_AndSendsBothParts()
    {
        Service.State.Add(_run.Announcement());
        var trainer = new ScriptedTrainer { TakesCorrection = true };
        await using var worker = StartWorker(trainer);

        var (correction, delta, control) = await RoundAsync(trainer, 1, server: null);

        Assert.Equal(new float[Parameters], correction);
        Assert.Equal(RunFixture.DeltaBytes(_run.Vector(0), 1), MemoryMarshal.AsBytes(delta.AsSpan()).ToArray());
        Assert.Equal(Gradient(_run.Vector(0), 1), control);
    }

    [Theory]
    [InlineData(RoundStatus.Published, true)]
    [InlineData(RoundStatus.Evaluating, true)]
    [InlineData(RoundStatus.Void, false)]
    [InlineData(RoundStatus.Unspecified, false)]
    public async Task NextRound_CorrectsByTheOwnControlOnlyIfTheRoundWasPublished(RoundStatus outcome, bool counts)
    {
        Service.State.Add(_run.Announcement());
        var trainer = new ScriptedTrainer { TakesCorrection = true };
        await using var worker = StartWorker(trainer);

        var (_, _, first) = await RoundAsync(trainer, 1, server: null);
        Service.Rounds[1] = outcome;
        var (correction, _, _) = await RoundAsync(trainer, 2, server: 0.25f);

        Assert.Equal([.. first.Select(c => 0.25f - (counts ? c : 0))], correction);
    }

    [Fact]
    public async Task PublishedRound_ThatCountsAnotherUpdate_DoesNotAdvance()
    {
        Service.State.Add(_run.Announcement());
        var trainer = new ScriptedTrainer { TakesCorrection = true };
        await using var worker = StartWorker(trainer);
        await RoundAsync(trainer, 1, server: null);
        Service.Uploads.ReceiptOf("hospital-a", _run.Id, 1)!.Digest = Google.Protobuf.ByteString.CopyFrom(new byte[32]);
        Service.Rounds[1] = RoundStatus.Published;

        var (correction, _, _) = await RoundAsync(trainer, 2, server: 0.25f);

        Assert.All(correction, c => Assert.Equal(0.25f, c));
    }

    [Fact]
    public async Task Restart_BetweenRounds_KeepsTheControl()
    {
        Service.State.Add(_run.Announcement());
        float[] first;
        var before = new ScriptedTrainer { TakesCorrection = true };
        await using (var worker = StartWorker(before))
        {
            (_, _, first) = await RoundAsync(before, 1, server: null);
            await worker.StopAsync();
        }

        Service.Rounds[1] = RoundStatus.Published;
        var after = new ScriptedTrainer { TakesCorrection = true };
        await using var next = StartWorker(after);

        var (correction, _, _) = await RoundAsync(after, 2, server: 0.25f);

        Assert.Equal([.. first.Select(c => 0.25f - c)], correction);
    }

    [Fact]
    public async Task Restart_AnotherRunEndsBeforeTheStateIsKnown_KeepsTheControl()
    {
        Service.State.Add(_run.Announcement());
        float[] first;
        var before = new ScriptedTrainer { TakesCorrection = true };
        await using (var worker = StartWorker(before))
        {
            (_, _, first) = await RoundAsync(before, 1, server: null);
            await worker.StopAsync();
        }

        Service.Rounds[1] = RoundStatus.Published;
        Service.State.Insert(0, new RunFixture(3, id: "run-9").RunOver());
        var after = new ScriptedTrainer { TakesCorrection = true };
        await using var next = StartWorker(after);

        var (correction, _, _) = await RoundAsync(after, 2, server: 0.25f);

        Assert.Equal([.. first.Select(c => 0.25f - c)], correction);
    }

    [Fact]
    public async Task VoidRoundAfterAPublishedOne_LeavesThePublishedOnesControl()
    {
        Service.State.Add(_run.Announcement());
        var trainer = new ScriptedTrainer { TakesCorrection = true };
        await using var worker = StartWorker(trainer);
        var (_, _, first) = await RoundAsync(trainer, 1, server: null);
        Service.Rounds[1] = RoundStatus.Published;
        await RoundAsync(trainer, 2, server: 0.5f);
        Service.Rounds[2] = RoundStatus.Void;

        var (correction, _, _) = await RoundAsync(trainer, 3, server: 0.25f);

        Assert.Equal([.. first.Select(c => 0.25f - c)], correction);
    }

    [Fact]
    public async Task Disk_BetweenRounds_HoldsTheControlSealed_AndForgetsItWithTheRun()
    {
        Service.State.Add(_run.Announcement());
        var trainer = new ScriptedTrainer { TakesCorrection = true };
        await using var worker = StartWorker(trainer);
        var (_, _, control) = await RoundAsync(trainer, 1, server: null);
        await worker.Log.NextAsync(2051);

        var kept = Assert.Single(States());
        Assert.Equal(-1, File.ReadAllBytes(kept).AsSpan().IndexOf(MemoryMarshal.AsBytes(control.AsSpan())));
        Service.TellNow(_run.RunOver());
        await worker.Log.NextAsync(2022);
        await worker.StopAsync();
        Assert.Empty(States());
    }

    [Fact]
    public async Task Run_WhoseTrainerTakesNoCorrection_IsDeclined()
    {
        Service.State.Add(_run.Announcement());
        await using var worker = StartWorker(new ScriptedTrainer());

        Assert.Contains("does not (ITrainer.TakesCorrection)", (await Service.Answers.NextAsync()).DeclineReason, StringComparison.Ordinal);
    }

    private IEnumerable<string> States() => Directory.EnumerateFiles(Folder.File("state"), "control.*");

    private async Task<(float[] Correction, float[] Delta, float[] Control)> RoundAsync(ScriptedTrainer trainer, int round, float? server)
    {
        float[]? seen = null;
        trainer.DuringFit = (context, _) =>
        {
            seen = context.Correction.ToArray();
            return Task.CompletedTask;
        };
        var basis = Service.Models.Publish(_run.Id, round - 1, _run.Vector(round - 1), _run.Manifest.Hash);
        var state = server is { } c ? Service.Models.PublishState(_run.Id, round - 1, "c", [.. Enumerable.Repeat(c, Parameters)]) : null;
        Service.Tell(_run.Fit(round, basis, state: state));
        var accepted = await Service.Uploads.Accepted.NextAsync();
        Assert.Equal(["delta", "control"], accepted.Header.Parts.Select(p => p.Name));
        lock (Service.State)
        {
            Service.State.RemoveAll(m => m.Fit is not null);
        }

        var values = MemoryMarshal.Cast<byte, float>(accepted.Bytes).ToArray();
        return (seen!, values[..Parameters], values[Parameters..]);
    }

    /// <summary>(x - y) / (K eta).</summary>
    private static float[] Gradient(float[] basis, int round) =>
        [.. basis.Select((b, i) => (float)(((double)b - (b + ScriptedTrainer.Delta(round, i))) / Way))];
}
