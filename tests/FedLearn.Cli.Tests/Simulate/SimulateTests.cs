using System.Text.Json;
using System.Xml.Linq;
using FedLearn.Testing;

namespace FedLearn.Cli.Tests.Simulate;

public sealed class SimulateTests : IDisposable
{
    private const string Spec = """
        { "name": "twelve", "model": { "kind": "softmax", "inputs": 784, "classes": 10 }, "stop": { "rounds": 3 },
          "cohort": { "fraction": 0.5 }, "client": { "batchSize": 10, "learningRate": 0.05 } }
        """;

    private readonly string _folder = Directory.CreateTempSubdirectory("fedlearn-simulate-").FullName;

    private string Write(string name, string text)
    {
        var path = Path.Combine(_folder, name);
        File.WriteAllText(path, text);
        return path;
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Simulate_ASweepByFlags_WritesEveryRunsRoundsAndAPlot()
    {
        var results = Path.Combine(_folder, "results");
        var (code, output, _) = await Cli.RunAsync(
            "simulate", Write("spec.json", Spec), "--source", "digits:200", "--clients", "8", "--partition", "shards:2",
            "--sweep", "client.learningRate=[0.05,0.1]", "--sweep", "client.epochs=[1,2]", "--out", results);

        Assert.Equal(ExitCode.Ok, code);
        Assert.Contains("learningRate=0.1 epochs=2", output, StringComparison.Ordinal);
        var rounds = File.ReadLines(Path.Combine(results, "rounds.jsonl")).Select(line => JsonDocument.Parse(line).RootElement).ToList();
        Assert.Equal(4 * 3, rounds.Count);
        Assert.All(rounds, r => Assert.Equal(4, r.GetProperty("updates").GetInt32()));
        var csv = File.ReadAllLines(Path.Combine(results, "rounds.csv"));
        Assert.Equal(1 + rounds.Count, csv.Length);
        Assert.All(csv, line => Assert.Equal(csv[0].Count(c => c == ','), line.Count(c => c == ',')));
        Assert.Equal(rounds.Select(r => r.GetProperty("accuracy").GetRawText()), csv.Skip(1).Select(line => line.Split(',')[^10]));
        Assert.All(rounds, r => Assert.InRange(r.GetProperty("leastCosine").GetDouble(), -1, r.GetProperty("meanCosine").GetDouble()));
        Assert.All(rounds, r => Assert.Equal(4 * 4 * 7850, r.GetProperty("bytesIn").GetInt32()));
        Assert.All(rounds, r => Assert.Equal(JsonValueKind.Null, r.GetProperty("auc").ValueKind));
        CheckClasses(rounds, File.ReadAllLines(Path.Combine(results, "classes.csv")), File.ReadAllLines(Path.Combine(results, "confusion.csv")));
        var plot = XDocument.Load(Path.Combine(results, "plot.svg"));
        Assert.Equal(2 * 4, plot.Descendants().Count(e => e.Name.LocalName == "polyline"));
        Assert.Contains(plot.Descendants(), e => e.Value == "learningRate=0.05 epochs=1");
    }

    /// <summary>JSON Lines and CSV say the same, and it fits the accuracy.</summary>
    private static void CheckClasses(List<JsonElement> rounds, string[] classes, string[] confusion)
    {
        Assert.Equal(("run,round,label,examples,recall", 10 * rounds.Count), (classes[0], classes.Length - 1));
        Assert.Equal(("run,round,label,told,examples", 100 * rounds.Count), (confusion[0], confusion.Length - 1));
        Assert.Equal(
            rounds.SelectMany(r => r.GetProperty("confusion").EnumerateArray().SelectMany(row => row.EnumerateArray().Select(cell => cell.GetRawText()))),
            confusion.Skip(1).Select(line => line.Split(',')[^1]));
        Assert.Equal(
            rounds.SelectMany(r => r.GetProperty("recall").EnumerateArray().Select(recall => recall.ValueKind == JsonValueKind.Null ? "" : recall.GetRawText())),
            classes.Skip(1).Select(line => line.Split(',')[^1]));
        Assert.All(rounds, r =>
        {
            var matrix = r.GetProperty("confusion").EnumerateArray().Select(row => row.EnumerateArray().Select(cell => cell.GetInt64()).ToList()).ToList();
            Assert.Equal(r.GetProperty("accuracy").GetDouble(), matrix.Select((row, i) => row[i]).Sum() / (double)matrix.Sum(row => row.Sum()), 1e-12);
        });
    }

    [Fact]
    public async Task Simulate_AFileBesideTheSpec_IsTaken()
    {
        Write("spec.simulation.json", """
            { "source": "digits:100", "clients": 5, "runs": [ { "label": "alike", "set": {} }, { "label": "skewed", "set": { "simulation.partition": "dirichlet:0.1" } } ] }
            """);
        var (code, output, _) = await Cli.RunAsync("simulate", Write("spec.json", Spec), "--json", "--stop.rounds", "2");

        Assert.Equal(ExitCode.Ok, code);
        var runs = JsonDocument.Parse(output).RootElement.GetProperty("runs").EnumerateArray().ToList();
        Assert.Equal(["alike", "skewed"], runs.Select(r => r.GetProperty("run").GetString()));
        Assert.All(runs, r => Assert.Equal(2, r.GetProperty("rounds").GetInt32()));
        Assert.NotEqual(runs[0].GetProperty("loss").GetDouble(), runs[1].GetProperty("loss").GetDouble());

        var only = await Cli.RunAsync("simulate", Path.Combine(_folder, "spec.json"), "--json", "--only", "skew");
        Assert.Equal(1, JsonDocument.Parse(only.Output).RootElement.GetProperty("runs").GetArrayLength());
    }

    [Fact]
    public async Task Simulate_ARunThatDiverges_FailsAndSaysWhy()
    {
        var (code, output, _) = await Cli.RunAsync("simulate", Write("spec.json", Spec), "--source", "digits:100", "--clients", "5", "--client.learningRate", "1e38");

        Assert.Equal(ExitCode.Failed, code);
        Assert.Contains("diverged", output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("expected KIND:ARGUMENTS")]
    [InlineData("expected KIND:ARGUMENTS", "--source", "cifar:x")]
    [InlineData("stragglers: expected none", "--source", "digits:100", "--stragglers", "half")]
    [InlineData("partition: expected iid", "--source", "digits:100", "--partition", "key")]
    [InlineData("there is no nowhere", "--source", "mnist:nowhere")]
    [InlineData("--sweep: expected PATH=", "--source", "digits:100", "--sweep", "client.epochs=2")]
    [InlineData("client.epochs: expected an integer", "--source", "digits:100", "--sweep", "client.epochs=[1,0]")]
    [InlineData("--only: no run", "--source", "digits:100", "--only", "nothing")]
    [InlineData("cannot be dealt to 200", "--source", "digits:100", "--clients", "200")]
    [InlineData("--threads", "--source", "digits:100", "--threads", "-1")]
    public async Task Simulate_AMistake_IsNamedBeforeAnythingRuns(string words, params string[] args)
    {
        var (code, output, error) = await Cli.RunAsync(["simulate", Write("spec.json", Spec), .. args]);

        Assert.Equal((ExitCode.Usage, ""), (code, output));
        Assert.Contains(words, error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{ "sauce": "digits:100" }""")]
    [InlineData("""{ "source": "digits:100", "runs": [] }""")]
    [InlineData("""{ "source": "digits:100", "runs": [ { "label": "a" } ] }""")]
    [InlineData("""{ "source": "digits:100", "grid": { "seed": 1 } }""")]
    public async Task Simulate_AMistakenFile_IsRefused(string simulation)
    {
        var (code, _, error) = await Cli.RunAsync("simulate", Write("spec.json", Spec), "--simulation", Write("s.json", simulation));

        Assert.Equal(ExitCode.Usage, code);
        Assert.Contains("the simulation", error, StringComparison.Ordinal);
    }

    /// <summary>The quick one of the tables: four hospitals at the rates of docs/tables.md, three seeds.</summary>
    [Fact]
    public async Task Tables_HeartDisease_ReachesThePublishedAccuracy()
    {
        var data = Path.GetDirectoryName(SharedData.PathOf("heart-disease"))!;
        var (code, output, _) = await Cli.RunAsync(
            "simulate", Repository.PathOf("tables/heart-disease.json"), "--data", data, "--only", "FedAvg lr=0.01", "--json");

        Assert.Equal(ExitCode.Ok, code);
        var accuracies = JsonDocument.Parse(output).RootElement.GetProperty("runs").EnumerateArray().Select(r => r.GetProperty("accuracy").GetDouble()).ToList();
        Assert.Equal(5, accuracies.Count);

        // FLamby's FedAvg: 0.748 with a standard deviation of 0.024.
        Assert.True(accuracies.Average() >= 0.748 - 0.024, string.Join(", ", accuracies));
    }
}
