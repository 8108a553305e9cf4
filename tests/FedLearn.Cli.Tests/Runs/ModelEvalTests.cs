using System.Runtime.InteropServices;
using System.Text.Json;
using FedLearn.Cli.Tests.Hosting;
using FedLearn.Core.Models;
using FedLearn.Core.Specs;
using FedLearn.Training;
using FedLearn.Training.Data;

namespace FedLearn.Cli.Tests.Runs;

public sealed class ModelEvalTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("fedlearn-eval-test-");

    private string Spec => Path.Combine(_folder.FullName, "spec.json");

    private string Model => Path.Combine(_folder.FullName, "model.safetensors");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task Eval_FileOnDrawnDigits_IsWhatATrainerReports()
    {
        var (spec, parameters) = Write("""{ "kind": "softmax", "inputs": 784, "classes": 10 }""");
        var (code, output, error) = await Cli.RunAsync("model", "eval", "--file", Model, "--spec", Spec, "--digits", "300", "--json");

        Assert.Equal((ExitCode.Ok, ""), (code, error));
        using var json = JsonDocument.Parse(output);
        var root = json.RootElement;

        using var source = FedLearn.Cli.Data.SourceOptions.Digits(300, seed: 1, writer: 0).Open();
        var data = DataSet.FromRecords(ImageSchema.Digits, RecordSources.ReadAll(source), []).Train;
        using var model = JsonDocument.Parse(spec.Model.Json);
        var context = new FedLearn.Client.Training.RunContext("r", "c", 1, model.RootElement, spec.Model.Manifest, spec.Client, null);
        var expected = await new LocalTrainer("softmax", new(ImageSchema.Digits, data, data)).EvaluateAsync(new(context, 1, parameters), TestContext.Current.CancellationToken);

        Assert.Equal(300, root.GetProperty("examples").GetInt64());
        Assert.Equal(expected.Metrics["loss"], root.GetProperty("loss").GetDouble(), 9);
        Assert.Equal(expected.Metrics["accuracy"], root.GetProperty("accuracy").GetDouble(), 9);
        var classes = root.GetProperty("classes").EnumerateArray().ToList();
        Assert.Equal(10, classes.Count);
        Assert.Equal(300, classes.Sum(c => c.GetProperty("told").EnumerateArray().Sum(n => n.GetInt64())));
        Assert.All(classes.Index(), c => Assert.Equal(expected.Metrics[$"recall.{c.Index}"], c.Item.GetProperty("recall").GetDouble(), 9));
        Assert.Equal(JsonValueKind.Null, root.GetProperty("auc").ValueKind);
    }

    [Fact]
    public async Task Eval_RunsVersion_IsThatOfItsFile()
    {
        Write("""{ "kind": "softmax", "inputs": 784, "classes": 10 }""");
        await using var coordinator = await RunningCoordinator.StartAsync(Path.Combine(_folder.FullName, "data"));
        var created = await coordinator.AskAsync("run", "create", Spec, "--initial", Model, "--json");
        Assert.True(created.Code == ExitCode.Ok, created.Error);
        using var run = JsonDocument.Parse(created.Output);
        var id = run.RootElement.GetProperty("runId").GetString()!;
        using var expected = JsonDocument.Parse((await Cli.RunAsync("model", "eval", "--file", Model, "--spec", Spec, "--digits", "200", "--json")).Output);

        foreach (var which in (string[][])[[], ["--version", "0"]])
        {
            var (code, output, error) = await coordinator.AskAsync(["model", "eval", id, "--digits", "200", "--json", .. which]);

            Assert.Equal((ExitCode.Ok, ""), (code, error));
            using var got = JsonDocument.Parse(output);
            Assert.Equal($"version 0 of run {id}", got.RootElement.GetProperty("model").GetString());
            Assert.All((string[])["examples", "loss", "accuracy", "classes"], p => Assert.Equal(expected.RootElement.GetProperty(p).GetRawText(), got.RootElement.GetProperty(p).GetRawText()));
        }

        var missing = await coordinator.AskAsync("model", "eval", id, "--digits", "20", "--version", "7");
        Assert.Equal(ExitCode.Failed, missing.Code);
        Assert.Contains("no version 7", missing.Error, StringComparison.Ordinal);
        var best = await coordinator.AskAsync("model", "eval", id, "--digits", "20", "--best");
        Assert.Equal(ExitCode.Failed, best.Code);
        Assert.Contains("has a federated evaluation", best.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Eval_ForPeople_HasTheMatrix()
    {
        Write("""{ "kind": "softmax", "inputs": 784, "classes": 10 }""");
        var (_, output, _) = await Cli.RunAsync("model", "eval", "--file", Model, "--spec", Spec, "--digits", "50");

        Assert.Contains("model.safetensors on 50 examples: loss ", output);
        Assert.Contains("TOLD 9", output);
        Assert.Equal(12, output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
    }

    [Fact]
    public async Task Eval_DataThatDoesNotFit_SaysWhatTheModelTakes()
    {
        Write("""{ "kind": "softmax", "inputs": 5, "classes": 10 }""");
        var (code, _, error) = await Cli.RunAsync("model", "eval", "--file", Model, "--spec", Spec, "--digits", "50");

        Assert.Equal(ExitCode.Failed, code);
        Assert.Contains("the model takes 5 inputs, the examples have 784 features", error);
    }

    [Theory]
    [InlineData("expected RUN, or --file FILE with --spec SPEC.json", "--digits", "5")]
    [InlineData("expected RUN, or --file FILE with --spec SPEC.json", "r1", "--file", "x", "--digits", "5")]
    [InlineData("expected RUN, or --file FILE with --spec SPEC.json", "--file", "x", "--digits", "5")]
    [InlineData("give --version or --best, not both", "r1", "--best", "--version", "3")]
    public async Task Eval_MistakeOnTheCommandLine_ExitsWithUsage(string expected, params string[] args)
    {
        var (code, _, error) = await Cli.RunAsync(["model", "eval", .. args]);

        Assert.Equal(ExitCode.Usage, code);
        Assert.Contains(expected, error);
    }

    /// <summary>A spec and a file with parameters drawn for it.</summary>
    private (RunSpec Spec, float[] Parameters) Write(string model)
    {
        File.WriteAllText(Spec, $$"""{ "name": "eval", "model": {{model}} }""");
        var spec = RunSpecParser.Parse(FedLearn.Cli.Runs.SpecInput.Complete(FedLearn.Cli.Runs.SpecInput.ReadFile(Spec), [])).Spec!;
        var parameters = new float[spec.Model.Manifest.ElementCount];
        new ModelInitializer(spec.Model.Manifest, 7).Fill(0, parameters);
        File.WriteAllBytes(Model, [.. Safetensors.WriteHeader(spec.Model.Manifest), .. MemoryMarshal.AsBytes(parameters.AsSpan())]);
        return (spec, parameters);
    }
}
