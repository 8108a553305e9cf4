using System.Runtime.InteropServices;
using System.Text.Json;
using FedLearn.Client.Tests.Fakes;
using FedLearn.Core.Models;
using FedLearn.Protocol.V1;

namespace FedLearn.Client.Tests.Session;

/// <summary>What a participant gets of its own when a run is over.</summary>
public sealed class OwnExportTests : SessionTestBase
{
    private string Exports => Folder.File("own");

    [Theory]
    [InlineData(RoundStatus.Published, 2)]
    [InlineData(RoundStatus.Void, 1)]
    public async Task RunOver_WithAPersonalModel_WritesThatOfTheLastRoundThatCounts(RoundStatus last, int expected)
    {
        var run = new RunFixture(5, clientJson: """{ "personalLambda": 0.75 }""");
        await using var worker = await AfterTwoRoundsAsync(run, last);

        Assert.EndsWith("run-1.personal.safetensors, in the clear", (await worker.Log.NextAsync(2036)).Text, StringComparison.Ordinal);
        var model = run.Vector(0);
        for (var round = 1; round <= expected; round++)
        {
            model = [.. model.Select((v, i) => v + ScriptedTrainer.Delta(round, i))];
        }

        var (header, values) = Read(Assert.Single(Directory.GetFiles(Exports)));
        Assert.Equal(model, values);
        Assert.Equal([0, 20], header.GetProperty("w").GetProperty("data_offsets").EnumerateArray().Select(o => o.GetInt32()));
        Assert.Equal(("run-1", "personal"), (header.GetProperty("__metadata__").GetProperty("run").GetString(), header.GetProperty("__metadata__").GetProperty("own").GetString()));
    }

    [Fact]
    public async Task RunOver_WithTensorsThatStay_WritesThoseAlone()
    {
        var run = new RunFixture(3, clientJson: """{ "localTensors": "head.*" }""", second: 2);
        await using var worker = await AfterTwoRoundsAsync(run, RoundStatus.Published);
        await worker.Log.NextAsync(2036);

        var file = Path.Combine(Exports, "run-1.local.safetensors");
        var (header, values) = Read(file);
        Assert.Equal([.. run.Vector(0)[3..].Select((v, i) => v + ScriptedTrainer.Delta(1, 3 + i) + ScriptedTrainer.Delta(2, 3 + i))], values);
        Assert.True(header.TryGetProperty("head.w", out _) && !header.TryGetProperty("w", out _));
        Assert.True(OperatingSystem.IsWindows() || File.GetUnixFileMode(file) == (UnixFileMode.UserRead | UnixFileMode.UserWrite));
    }

    [Fact]
    public async Task RunOver_WhileNoWorkerRan_IsWrittenAtTheNextStartWithoutNames()
    {
        var run = new RunFixture(5, clientJson: """{ "personalLambda": 0.75 }""");
        await using (var worker = await AfterTwoRoundsAsync(run, RoundStatus.Published, over: false))
        {
            await worker.StopAsync();
        }

        Service.State.Clear();
        await using var next = StartWorker(new ScriptedTrainer { TakesProximalCentre = true }, o => o with { ExportOwn = Exports });
        await next.Log.NextAsync(2036);
        await next.Log.NextAsync(2002);

        var (header, values) = Read(Path.Combine(Exports, "run-1.personal.safetensors"));
        Assert.Equal([.. run.Vector(0).Select((v, i) => v + ScriptedTrainer.Delta(1, i) + ScriptedTrainer.Delta(2, i))], values);
        Assert.True(header.TryGetProperty("values", out _));
        Assert.Empty(Directory.EnumerateFiles(Folder.File("state"), "personal.*"));
    }

    [Fact]
    public async Task RunOver_WithAnIdThatIsAPath_StaysInTheFolder()
    {
        var run = new RunFixture(5, id: "../../outside", clientJson: """{ "personalLambda": 0.75 }""");
        await using var worker = await AfterTwoRoundsAsync(run, RoundStatus.Published);
        await worker.Log.NextAsync(2036);

        Assert.Matches("^[0-9a-f]{64}[.]personal[.]safetensors$", Path.GetFileName(Assert.Single(Directory.GetFiles(Exports))));
        Assert.False(File.Exists(Path.Combine(Exports, "../../outside.personal.safetensors")));
    }

    [Fact]
    public async Task RunOver_FolderThatCannotBeWritten_SaysSoAndTheWorkerLivesOn()
    {
        await File.WriteAllTextAsync(Exports, "a file where the folder should be", TestContext.Current.CancellationToken);
        await using var worker = await AfterTwoRoundsAsync(new RunFixture(5, clientJson: """{ "personalLambda": 0.75 }"""), RoundStatus.Published);

        Assert.Contains("they are forgotten with the run", (await worker.Log.NextAsync(2037)).Text, StringComparison.Ordinal);
        Service.TellNow(new RunFixture(3, id: "run-2").Announcement());
        await worker.Log.NextAsync(2020);
    }

    [Fact]
    public async Task RunOver_NothingOfItsOwn_WritesNothing()
    {
        await using var worker = await AfterTwoRoundsAsync(new RunFixture(5), RoundStatus.Published);
        await worker.Log.NextAsync(2022);
        await worker.StopAsync();

        Assert.False(Directory.Exists(Exports));
    }

    /// <summary>Trains two rounds, of which the first counts, and ends the run unless told otherwise.</summary>
    private async Task<Worker> AfterTwoRoundsAsync(RunFixture run, RoundStatus last, bool over = true)
    {
        Service.State.Add(run.Announcement());
        var worker = StartWorker(new ScriptedTrainer { TakesProximalCentre = true }, o => o with { ExportOwn = Exports });
        for (var round = 1; round <= 2; round++)
        {
            Service.Tell(run.Fit(round, Service.Models.Publish(run.Id, round - 1, run.Vector(0), run.Manifest.Hash)));
            await Service.Uploads.Accepted.NextAsync();
            await worker.Log.NextAsync(2051);
            lock (Service.State)
            {
                Service.State.RemoveAll(m => m.Fit is not null);
            }
        }

        Service.Rounds[2] = last;
        if (over)
        {
            Service.TellNow(run.RunOver());
        }

        return worker;
    }

    private static (JsonElement Header, float[] Values) Read(string path)
    {
        var file = File.ReadAllBytes(path);
        var (length, problem) = Safetensors.ReadPrefix(file.AsSpan(0, Safetensors.PrefixLength), file.Length);
        Assert.Null(problem);
        var data = file.AsSpan(Safetensors.PrefixLength + length);
        return (JsonElement.Parse(file.AsSpan(Safetensors.PrefixLength, length)), MemoryMarshal.Cast<byte, float>(data).ToArray());
    }
}
