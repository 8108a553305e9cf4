using System.Text.Json;
using FedLearn.Cli.Runs;
using FedLearn.Cli.Shell;

namespace FedLearn.Cli.Tests.Runs;

public class ModelDiffTests(FinishedRun run) : IClassFixture<FinishedRun>
{
    [Fact]
    public void Diff_OfTwoModels_IsTheirEuclideanGeometry()
    {
        Dictionary<string, float[]> before = new() { ["w"] = [3, 4], ["b"] = [0] }, after = new() { ["w"] = [3, 8], ["b"] = [2] };

        var tensors = TensorDiff.Of(before, after);

        Assert.Equal(["w", "b", TensorDiff.Whole], tensors.Select(t => t.Name));
        var (w, b, all) = (tensors[0], tensors[1], tensors[2]);
        Assert.Equal((2, 5.0, 4.0, 0.8, 4.0), (w.Elements, w.Norm, w.DifferenceNorm, w.Relative, w.Largest));
        Assert.Equal(((3 * 3) + (4 * 8)) / (5 * Math.Sqrt(9 + 64)), w.Cosine!.Value, 12);
        Assert.Equal((0.0, 2.0, null, null), (b.Norm, b.DifferenceNorm, b.Relative, b.Cosine));
        Assert.Equal((3, 5.0, Math.Sqrt(20), 4.0), (all.Elements, all.Norm, all.DifferenceNorm, all.Largest));
    }

    [Fact]
    public void Diff_OfModelsOfOtherShapes_NamesBoth()
    {
        var mistake = Assert.Throws<CliException>(() => TensorDiff.Of(new Dictionary<string, float[]> { ["w"] = [1] }, new Dictionary<string, float[]> { ["w"] = [1, 2] }));

        Assert.Contains("w (1), the other w (2)", mistake.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Diff_OfVersionsAndFiles_IsTheSame()
    {
        await run.AskedAsync("model", "get", FinishedRun.Name, "--version", "0", "--output", run.In("first"));
        await run.AskedAsync("model", "get", FinishedRun.Name, "--output", run.In("last"));

        var versions = await run.AskedAsync("model", "diff", $"{FinishedRun.Name}@0", FinishedRun.Name, "--json");
        var (code, files, error) = await Cli.RunAsync("model", "diff", run.In("first"), run.In("last"), "--json");

        Assert.True(code == ExitCode.Ok, error);
        Assert.Equal(versions, files);
        using var json = JsonDocument.Parse(files);
        Assert.Equal(5, json.RootElement.GetArrayLength());
        Assert.InRange(json.RootElement[4].GetProperty("relative").GetDouble(), 0.001, 10);
    }

    [Fact]
    public async Task Diff_OfAVersionAndItself_IsNothing()
    {
        using var json = JsonDocument.Parse(await run.AskedAsync("model", "diff", $"{FinishedRun.Name}@2", $"{FinishedRun.Name}@2", "--json"));

        Assert.All(json.RootElement.EnumerateArray(), t => Assert.Equal(0, t.GetProperty("differenceNorm").GetDouble()));
    }
}
