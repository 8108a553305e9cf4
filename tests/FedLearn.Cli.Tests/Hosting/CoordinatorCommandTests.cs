using System.Text.Json;
using FedLearn.Core.Models;

namespace FedLearn.Cli.Tests.Hosting;

public sealed class CoordinatorCommandTests : IDisposable
{
    private static readonly string[] s_softmax = ["--model.kind", "softmax", "--set", "model.inputs=4", "--set", "model.classes=3"];

    private readonly string _root = Directory.CreateTempSubdirectory("fedlearn-cli-").FullName;

    public void Dispose() => Directory.Delete(_root, recursive: true);

    private string In(string name) => Path.Combine(_root, name);

    private static JsonElement Parse(string json) => JsonDocument.Parse(json).RootElement;

    [Fact]
    public async Task Operator_FromCreateToStop_SeesTheRun()
    {
        await using var coordinator = await RunningCoordinator.StartAsync(In("data"));

        var created = await coordinator.AskAsync(["run", "create", "--name", "first", "--json", .. s_softmax]);
        Assert.True(created.Code == ExitCode.Ok, created.Error);
        var id = Parse(created.Output).GetProperty("runId").GetString()!;

        var listed = Parse((await coordinator.AskAsync("run", "ls", "--json")).Output);
        Assert.Equal((id, "open"), (listed[0].GetProperty("runId").GetString(), listed[0].GetProperty("status").GetString()));

        Assert.Equal(ExitCode.Ok, (await coordinator.AskAsync("run", "stop", id, "--reason", "enough")).Code);
        var watched = await coordinator.AskAsync("run", "watch", id);
        Assert.Equal(ExitCode.Failed, watched.Code);
        Assert.Contains("enough", watched.Output, StringComparison.Ordinal);
        Assert.Equal("[]", (await coordinator.AskAsync("client", "ls", "--json")).Output.Trim());
    }

    [Fact]
    public async Task ModelGet_InitialFileSent_ComesBackUnchanged()
    {
        await using var coordinator = await RunningCoordinator.StartAsync(In("data"));
        var manifest = new ModelManifest([new TensorSpec("layers.0.weight", InitRule.Zeros, 3, 4), new TensorSpec("layers.0.bias", InitRule.Zeros, 3)]);
        var values = Enumerable.Range(0, 15).Select(i => i / 8f).ToArray();
        await File.WriteAllBytesAsync(In("initial"), [.. Safetensors.WriteHeader(manifest), .. values.SelectMany(BitConverter.GetBytes)], TestContext.Current.CancellationToken);

        var created = await coordinator.AskAsync(["run", "create", "--name", "first", "--json", "--initial", In("initial"), .. s_softmax]);
        Assert.True(created.Code == ExitCode.Ok, created.Error);
        var id = Parse(created.Output).GetProperty("runId").GetString()!;
        var got = await coordinator.AskAsync("model", "get", id, "--output", In("model"), "--json");

        Assert.True(got.Code == ExitCode.Ok, got.Error);
        var file = await File.ReadAllBytesAsync(In("model"), TestContext.Current.CancellationToken);
        Assert.Equal(values, file[^60..].Chunk(4).Select(b => BitConverter.ToSingle(b)));
        Assert.False(File.Exists(In("model.partial")));
        Assert.Equal(0, Parse((await coordinator.AskAsync("model", "ls", id, "--json")).Output)[0].GetProperty("version").GetInt32());
    }

    [Fact]
    public async Task Operator_UnknownRun_FailsWithTheCoordinatorsWords()
    {
        await using var coordinator = await RunningCoordinator.StartAsync(In("data"));

        foreach (var words in (string[][])[["run", "show", "none"], ["run", "stop", "none"], ["run", "watch", "none"], ["model", "get", "none", "--output", In("model")]])
        {
            var (code, _, error) = await coordinator.AskAsync(words);
            Assert.Equal(ExitCode.Failed, code);
            Assert.Contains("none", error, StringComparison.Ordinal);
        }

        Assert.False(File.Exists(In("model")));
    }

    [Fact]
    public async Task Operator_WrongToken_IsToldWhereTheRightOneIs()
    {
        await using var coordinator = await RunningCoordinator.StartAsync(In("data"));
        await File.WriteAllTextAsync(In("token"), new string('0', 64), TestContext.Current.CancellationToken);

        var (code, _, error) = await Cli.RunAsync("run", "ls", "--coordinator", coordinator.Address, "--token-file", In("token"));

        Assert.Equal(ExitCode.Failed, code);
        Assert.Contains("operator.token", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Health_RunningThenStopped_IsReadyThenUnreachable()
    {
        var coordinator = await RunningCoordinator.StartAsync(In("data"));

        Assert.Equal(ExitCode.Ok, (await Cli.RunAsync("health", coordinator.Operations)).Code);
        Assert.Equal(ExitCode.Ok, await coordinator.StopAsync());
        Assert.Equal(ExitCode.Unreachable, (await Cli.RunAsync("health", coordinator.Operations)).Code);
    }

    [Fact]
    public async Task BackupAndRestore_OfARunningCoordinator_KeepTheRun()
    {
        await using (var coordinator = await RunningCoordinator.StartAsync(In("data")))
        {
            Assert.Equal(ExitCode.Ok, (await coordinator.AskAsync(["run", "create", "--name", "first", .. s_softmax])).Code);
            Assert.Equal(ExitCode.Ok, (await Cli.RunAsync("backup", In("data"), In("backup"))).Code);
            Assert.Equal(ExitCode.Failed, (await Cli.RunAsync("backup", In("data"), In("backup"))).Code);
        }

        Assert.Equal(ExitCode.Ok, (await Cli.RunAsync("restore", In("backup"), In("restored"))).Code);
        await using var second = await RunningCoordinator.StartAsync(In("restored"));
        Assert.Equal("first", Parse((await second.AskAsync("run", "ls", "--json")).Output)[0].GetProperty("name").GetString());
    }

    [Fact]
    public async Task Coordinator_PortInUse_SaysSo()
    {
        await using var first = await RunningCoordinator.StartAsync(In("data"));

        var (code, _, error) = await Cli.RunAsync("coordinator", "--data", In("other"), "--insecure", "--listen", first.Address, "--operations", "http://127.0.0.1:0", "--vectors", "http://127.0.0.1:0");

        Assert.Equal(ExitCode.Failed, code);
        Assert.Contains("in use", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Coordinator_DataIsAFile_SaysSo()
    {
        await File.WriteAllTextAsync(In("file"), "", TestContext.Current.CancellationToken);

        var (code, _, error) = await Cli.RunAsync("coordinator", "--data", In("file"));

        Assert.Equal(ExitCode.Failed, code);
        Assert.Contains(In("file"), error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Coordinator_RunWithMistakes_ListsThemAndStartsNothing()
    {
        await File.WriteAllTextAsync(In("run.json"), """{ "name": "A", "model": { "kind": "softmax" } }""", TestContext.Current.CancellationToken);

        var (code, _, error) = await Cli.RunAsync("coordinator", "--data", In("data"), "--run", In("run.json"));

        Assert.Equal(ExitCode.Usage, code);
        Assert.Contains("model.inputs: ", error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(In("data")));
    }
}
