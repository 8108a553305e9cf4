using System.Globalization;
using FedLearn.Cli.Shell;

namespace FedLearn.Cli.Demo;

/// <summary>What the demo found.</summary>
/// <param name="Alone">Each worker's model trained alone.</param>
/// <param name="Federated">The federated model.</param>
/// <param name="Pooled">The model trained on all data in one place.</param>
/// <param name="TestExamples">The examples that all of them are measured on.</param>
internal sealed record DemoResult(IReadOnlyList<(string Id, int Examples, Score Score)> Alone, Score Federated, Score Pooled, int TestExamples)
{
    /// <summary>By how much accuracy the federated model must beat the average lone worker: 3 points.</summary>
    public const double Margin = 0.03;

    /// <summary>The mean accuracy of the lone workers.</summary>
    public double MeanAlone => Alone.Average(a => a.Score.Accuracy);

    /// <summary>Whether the federation was worth it.</summary>
    public bool Worthwhile => Federated.Accuracy >= MeanAlone + Margin;

    /// <summary>Prints the table and the verdict.</summary>
    public void Print(TextWriter output)
    {
        output.WriteLine();
        output.WriteLine($"on the held-out examples of all workers together ({TestExamples}):");
        var table = new TextTable("model", "trained on", "loss", "accuracy");
        foreach (var (id, examples, score) in Alone)
        {
            table.Add($"{id} alone", $"{examples} examples", Show.Metric(score.Loss), Percent(score.Accuracy));
        }

        var all = Alone.Sum(a => a.Examples);
        table.Add("federated", $"{all} examples that never left their workers", Show.Metric(Federated.Loss), Percent(Federated.Accuracy));
        table.Add("pooled", $"{all} examples in one place", Show.Metric(Pooled.Loss), Percent(Pooled.Accuracy));
        table.Write(output);
        output.WriteLine(
            $"federated {Percent(Federated.Accuracy)} against {Percent(MeanAlone)} for the average worker alone: "
            + (Worthwhile ? "the federation was worth it" : $"less than the {100 * Margin:0} points that it should gain"));
    }

    /// <summary>Writes the result as JSON.</summary>
    /// <param name="output">Where to.</param>
    /// <param name="seconds">How long the demo took.</param>
    /// <param name="folder">The folder, where it is kept; otherwise null.</param>
    public void WriteJson(TextWriter output, double seconds, DemoFolder? folder) => Json.WriteLine(output, w =>
    {
        w.WriteStartObject();
        w.WriteBoolean("worthwhile", Worthwhile);
        w.WriteNumber("testExamples", TestExamples);
        w.WriteStartArray("alone");
        foreach (var (id, examples, score) in Alone)
        {
            w.WriteStartObject();
            w.WriteString("clientId", id);
            w.WriteNumber("examples", examples);
            w.WriteNumber("loss", score.Loss);
            w.WriteNumber("accuracy", score.Accuracy);
            w.WriteEndObject();
        }

        w.WriteEndArray();
        w.WriteNumber("meanAloneAccuracy", MeanAlone);
        foreach (var (name, score) in new[] { ("federated", Federated), ("pooled", Pooled) })
        {
            w.WriteStartObject(name);
            w.WriteNumber("loss", score.Loss);
            w.WriteNumber("accuracy", score.Accuracy);
            w.WriteEndObject();
        }

        w.WriteNumber("seconds", Math.Round(seconds, 1));
        if (folder is not null)
        {
            w.WriteString("folder", folder.Root);
            w.WriteString("model", folder.Model);
            w.WriteString("database", folder.Database);
        }

        w.WriteEndObject();
    });

    private static string Percent(double share) => string.Create(CultureInfo.InvariantCulture, $"{100 * share:0.0} %");
}
