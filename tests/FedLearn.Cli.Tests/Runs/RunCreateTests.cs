using System.Text.Json;
using FedLearn.Core.Specs;

namespace FedLearn.Cli.Tests.Runs;

public sealed class RunCreateTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("fedlearn-cli-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private string SpecFile(string json)
    {
        var path = Path.Combine(_folder, "spec.json");
        File.WriteAllText(path, json);
        return path;
    }

    private Task<(int Code, string Output, string Error)> CheckAsync(string json, params string[] more) =>
        Cli.RunAsync(["run", "create", SpecFile(json), "--check", .. more]);

    private const string Softmax = """{ "name": "digits", "model": { "kind": "softmax", "inputs": 784, "classes": 10 }, "client": { "batchSize": 5 } }""";

    [Fact]
    public async Task Check_BuiltInKind_FillsInTheTensors()
    {
        var (code, output, _) = await CheckAsync(Softmax);

        Assert.Equal(ExitCode.Ok, code);
        var spec = RunSpecParser.Parse(output).Spec!;
        Assert.Equal(7850, spec.Model.Manifest.ElementCount);
        Assert.Equal(5, spec.Client.BatchSize);
    }

    [Fact]
    public async Task Check_FlagsAndSet_WinOverTheFile()
    {
        var (code, output, _) = await CheckAsync(
            Softmax, "--client.batchSize", "10", "--name", "7", "--set", "model.classes=3", "--set", "stop.target.value=0.9", "--set", "client.adapter=soft");

        Assert.Equal(ExitCode.Ok, code);
        var spec = RunSpecParser.Parse(output).Spec!;
        Assert.Equal(("7", 10), (spec.Name, spec.Client.BatchSize));
        Assert.Equal(785 * 3, spec.Model.Manifest.ElementCount);
        Assert.Equal(new TargetSpec("accuracy", 0.9), spec.Stop.Target);
        Assert.Equal("\"soft\"", spec.Client.Extra["adapter"]);
    }

    [Fact]
    public async Task Check_NullOnTheCommandLine_TakesAFieldOut()
    {
        const string byShare = """{ "name": "a", "model": { "kind": "linear", "inputs": 2 }, "cohort": { "fraction": 0.5 } }""";

        Assert.Equal(ExitCode.Usage, (await CheckAsync(byShare, "--cohort.count", "3")).Code);
        Assert.Equal(ExitCode.Ok, (await CheckAsync(byShare, "--cohort.count", "3", "--set", "cohort.fraction=null")).Code);
    }

    [Fact]
    public async Task Check_MistakesOfAllKinds_AreReportedTogether()
    {
        var (code, output, error) = await CheckAsync(
            """{ "name": "A", "model": { "kind": "mlp", "inputs": 0 }, "client": { "batchSize": "ten" }, "stp": {} }""", "--stop.rounds", "0", "--set", "nonsense");

        Assert.Equal(ExitCode.Usage, code);
        Assert.Empty(output);
        Assert.All(
            (string[])["name: ", "model.inputs: ", "model.classes: ", "client.batchSize: ", "stp: ", "stop.rounds: ", "--set: "],
            path => Assert.Contains($"\n  {path}", error, StringComparison.Ordinal));
        Assert.DoesNotContain("model.tensors", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Check_OwnKindWithoutTensors_SaysWhatToDo()
    {
        var (code, _, error) = await CheckAsync("""{ "name": "a", "model": { "kind": "transformer" } }""");

        Assert.Equal(ExitCode.Usage, code);
        Assert.Contains("model.tensors: is missing", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{ \"name\": ", "not JSON at line 1")]
    [InlineData("[]", "expected an object")]
    [InlineData("{\"name\":\"a\",\"name\":\"b\"}", "stands twice")]
    public async Task Check_BrokenFile_NamesFileAndPlace(string json, string words)
    {
        var (code, _, error) = await CheckAsync(json);

        Assert.Equal(ExitCode.Usage, code);
        Assert.Contains("spec.json", error, StringComparison.Ordinal);
        Assert.Contains(words, error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Check_MissingFile_ExitsWithUsage()
    {
        var (code, _, error) = await Cli.RunAsync("run", "create", Path.Combine(_folder, "none.json"), "--check");

        Assert.Equal(ExitCode.Usage, code);
        Assert.Contains("none.json", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Check_EveryFieldOfTheTable_HasAFlagThatSetsIt()
    {
        foreach (var field in SpecFields.All.Where(f => f.Default is not null && f.Path is not ("cohort.count" or "cohort.fraction")))
        {
            var value = field.Type == SpecType.Text ? JsonDocument.Parse(field.Default!).RootElement.GetString()! : field.Default!;
            var (code, _, error) = await CheckAsync(Softmax, [$"--{field.Path}", value, .. ThatKnows(field)]);
            Assert.True(code == ExitCode.Ok, $"{field.Path}: {error}");
            var wrong = await CheckAsync(Softmax, $"--{field.Path}", "");
            Assert.Contains($"{field.Path}: expected", wrong.Error, StringComparison.Ordinal);
        }
    }

    /// <summary>A field that belongs to some strategies only stands beside one of them, and a cohort that is large enough for it; likewise of an encoding.</summary>
    private static string[] ThatKnows(SpecField field) =>
        field.Path == "client.topK" ? ["--client.encoding", "topk"]
        : StrategyKinds.All.FirstOrDefault(k => k.Fields.Contains(field.Path)) is { } kind
            ? ["--strategy.kind", kind.Name, "--closing.minUpdates", "10", .. kind.Name == "scaffold" ? (string[])["--strategy.clients", "10"] : []]
            : [];

    [Fact]
    public async Task Spec_PrintsTheReference() => Assert.Equal(RunSpecReference.Markdown(), (await Cli.RunAsync("run", "spec")).Output);
}
