using System.Text.Json;
using System.Xml.Linq;

namespace FedLearn.Cli.Tests.Runs;

/// <summary>What commands make of a run that is over: named by its name, as tables, plots and files.</summary>
public class RunFilesTests(FinishedRun run) : IClassFixture<FinishedRun>
{
    [Fact]
    public async Task Show_ByName_ShowsTheRunOfThatName()
    {
        using var json = JsonDocument.Parse(await run.AskedAsync("run", "show", FinishedRun.Name, "--json"));

        Assert.Equal((FinishedRun.Name, "completed", 3), (json.RootElement.GetProperty("name").GetString(), json.RootElement.GetProperty("status").GetString(), json.RootElement.GetProperty("version").GetInt32()));
    }

    [Fact]
    public async Task Show_NameThatNoRunHas_SaysWhichThereAre()
    {
        var (code, _, error) = await run.AskAsync("run", "show", "smaller");

        Assert.Equal(ExitCode.Failed, code);
        Assert.Matches($"there is no run 'smaller'; there are {FinishedRun.Name}-[0-9a-f]{{8}}", error);
    }

    [Fact]
    public async Task Plot_OnATerminalsOutput_HasTheLastValuesOfBothCurves()
    {
        var text = await run.AskedAsync("run", "plot", FinishedRun.Name);
        using var json = JsonDocument.Parse(await run.AskedAsync("run", "show", FinishedRun.Name, "--json"));

        var last = json.RootElement.GetProperty("rounds")[2].GetProperty("evaluation");
        Assert.Contains("accuracy", text, StringComparison.Ordinal);
        Assert.Contains(FormattableString.Invariant($"{FinishedRun.Name}: {last.GetProperty("accuracy").GetDouble():0.####} in round 3"), text, StringComparison.Ordinal);
        Assert.Contains(FormattableString.Invariant($"{FinishedRun.Name}: {last.GetProperty("loss").GetDouble():0.####} in round 3"), text, StringComparison.Ordinal);
        Assert.Contains(text, c => c is > '\u2800' and < '\u2900');
    }

    [Fact]
    public async Task Plot_IntoAFile_IsAnSvgWithACurveAPanel()
    {
        await run.AskedAsync("run", "plot", FinishedRun.Name, "--output", run.In("plot.svg"));

        var svg = XDocument.Load(run.In("plot.svg")).Root!;
        Assert.Equal(3, svg.Elements(svg.Name.Namespace + "polyline").Count());
    }

    [Fact]
    public async Task Plot_MetricThatNobodyReports_SaysWhereTheyStand()
    {
        var (code, _, error) = await run.AskAsync("run", "plot", FinishedRun.Name, "--metric", "bleu");

        Assert.Equal(ExitCode.Failed, code);
        Assert.Contains("no evaluation has the metric 'bleu'", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Export_ToAFolder_HasEveryRoundAndEveryClientsMetrics()
    {
        await run.AskedAsync("run", "export", FinishedRun.Name, "--out", run.In("export"));

        var rounds = await File.ReadAllLinesAsync(Path.Combine(run.In("export"), "rounds.csv"));
        var clients = await File.ReadAllLinesAsync(Path.Combine(run.In("export"), "clients.csv"));
        using var json = JsonDocument.Parse(await File.ReadAllTextAsync(Path.Combine(run.In("export"), "run.json")));
        Assert.Equal(4, rounds.Length);
        var accuracy = Array.IndexOf(rounds[0].Split(','), "accuracy");
        Assert.Equal(
            json.RootElement.GetProperty("rounds").EnumerateArray().Select(r => r.GetProperty("evaluation").GetProperty("accuracy").GetDouble()),
            rounds[1..].Select(r => double.Parse(r.Split(',')[accuracy])));
        Assert.Equal(3 * 2, clients.Count(l => l.Contains(",accuracy,", StringComparison.Ordinal)));
        Assert.True(File.Exists(Path.Combine(run.In("export"), "plot.svg")));
    }

    [Fact]
    public async Task Export_ToNowhere_SaysWhereTo() =>
        Assert.Equal(ExitCode.Usage, (await run.AskAsync("run", "export", FinishedRun.Name)).Code);

    [Fact]
    public async Task Watch_OfARunThatIsOver_EndsAtOnce() =>
        Assert.Contains("completed", await run.AskedAsync("run", "watch", FinishedRun.Name), StringComparison.Ordinal);

    [Fact]
    public async Task ClientShow_OfAClient_HasItsNewestEvaluation()
    {
        using var json = JsonDocument.Parse(await run.AskedAsync("client", "show", "a", "--json"));

        var report = Assert.Single(json.RootElement.GetProperty("reports").EnumerateArray());
        Assert.Equal(3, report.GetProperty("round").GetInt32());
        Assert.InRange(report.GetProperty("numExamples").GetInt32(), 5, 40); // about a fifth of 100
        Assert.False(json.RootElement.GetProperty("client").GetProperty("online").GetBoolean());
        Assert.Equal(JsonValueKind.Null, json.RootElement.GetProperty("identity").ValueKind);
    }

    [Fact]
    public async Task ClientShow_OfNobody_Fails() =>
        Assert.Equal(ExitCode.Failed, (await run.AskAsync("client", "show", "c")).Code);
}
