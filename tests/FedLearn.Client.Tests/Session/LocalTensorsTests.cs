using System.Runtime.InteropServices;
using FedLearn.Client.Tests.Fakes;
using FedLearn.Protocol.V1;

namespace FedLearn.Client.Tests.Session;

/// <summary>Tensors that stay with the client: w of three values is shared, head.w of two is not.</summary>
public sealed class LocalTensorsTests : SessionTestBase
{
    private readonly RunFixture _run = new(3, clientJson: """{ "localTensors": "head.*" }""", second: 2);

    [Fact]
    public async Task Rounds_KeepTheOwnValues_AndSendZerosForThem()
    {
        Service.State.Add(_run.Announcement());
        var trainer = new ScriptedTrainer();
        await using var worker = StartWorker(trainer);

        var first = await RoundAsync(trainer, 1);
        var second = await RoundAsync(trainer, 2);

        Assert.Equal(_run.Vector(0), first);
        float[] own = [.. _run.Vector(0)[3..].Select((v, i) => v + ScriptedTrainer.Delta(1, 3 + i))];
        Assert.Equal([.. _run.Vector(1)[..3], .. own], second);
    }

    [Theory]
    [InlineData(RoundStatus.Published, true)]
    [InlineData(RoundStatus.Void, false)]
    public async Task Restart_KeepsTheOwnValuesOfARoundThatCounts(RoundStatus outcome, bool counts)
    {
        Service.State.Add(_run.Announcement());
        var before = new ScriptedTrainer();
        await using (var worker = StartWorker(before))
        {
            await RoundAsync(before, 1);
            await worker.StopAsync();
        }

        Service.Rounds[1] = outcome;
        var after = new ScriptedTrainer();
        await using var next = StartWorker(after);
        var began = await RoundAsync(after, 2);

        float[] own = [.. _run.Vector(0)[3..].Select((v, i) => v + ScriptedTrainer.Delta(1, 3 + i))];
        Assert.Equal([.. _run.Vector(1)[..3], .. counts ? own : _run.Vector(1)[3..]], began);
    }

    [Fact]
    public async Task Evaluation_UsesTheOwnValues()
    {
        Service.State.Add(_run.Announcement());
        var trainer = new ScriptedTrainer();
        await using var worker = StartWorker(trainer);
        await RoundAsync(trainer, 1);
        var version = Service.Models.Publish(_run.Id, 1, _run.Vector(1), _run.Manifest.Hash);
        Service.Rounds[1] = RoundStatus.Evaluating;
        Service.Tell(_run.Evaluate(1, version));
        var evaluated = await trainer.Evaluations.NextAsync();

        float[] own = [.. _run.Vector(0)[3..].Select((v, i) => v + ScriptedTrainer.Delta(1, 3 + i))];
        Assert.Equal([.. _run.Vector(1)[..3], .. own], evaluated.Parameters.ToArray());
    }

    /// <summary>Lets the worker train a round, and returns the parameters that it began with.</summary>
    private async Task<float[]> RoundAsync(ScriptedTrainer trainer, int round)
    {
        var basis = Service.Models.Publish(_run.Id, round - 1, _run.Vector(round - 1), _run.Manifest.Hash);
        Service.Tell(_run.Fit(round, basis));
        var began = (await trainer.Fits.NextAsync()).Parameters.ToArray();
        var accepted = await Service.Uploads.Accepted.NextAsync();
        lock (Service.State)
        {
            Service.State.RemoveAll(m => m.Fit is not null);
        }

        Assert.Equal(5 * sizeof(float), accepted.Bytes.Length);
        Assert.Equal(RunFixture.DeltaBytes(_run.Vector(round - 1), round)[..12], accepted.Bytes[..12]);
        Assert.Equal([0f, 0f], MemoryMarshal.Cast<byte, float>(accepted.Bytes.AsSpan(12)).ToArray());
        return began;
    }
}
