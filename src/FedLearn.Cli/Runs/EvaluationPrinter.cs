using System.Text.Json;
using FedLearn.Cli.Shell;
using FedLearn.Training.Sgd;

namespace FedLearn.Cli.Runs;

/// <summary>A central evaluation for people and for scripts.</summary>
internal static class EvaluationPrinter
{
    /// <summary>The most classes whose matrix is printed for people; JSON has it whole.</summary>
    private const int WidestMatrix = 16;

    public static void Print(TextWriter output, string name, CentralResult result)
    {
        output.WriteLine($"{name} on {result.Examples:N0} examples: loss {Show.Metric(result.Loss)}, accuracy {Show.Metric(result.Accuracy)}, area under the ROC curve {Show.Metric(result.Area)}");
        if (result.Confusion is not { } confusion)
        {
            return;
        }

        var classes = confusion.GetLength(0);
        string[] told = classes <= WidestMatrix ? [.. Enumerable.Range(0, classes).Select(c => $"told {c}")] : [];
        var table = new TextTable(["class", "examples", "recall", .. told]);
        for (var label = 0; label < classes; label++)
        {
            var of = Enumerable.Range(0, classes).Sum(t => confusion[label, t]);
            table.Add([$"{label}", $"{of}", Show.Metric(result.Recall(label)), .. told.Select((_, t) => $"{confusion[label, t]}")]);
        }

        table.Write(output);
    }

    /// <summary>One object; what does not apply is null.</summary>
    public static void Write(Utf8JsonWriter w, string name, CentralResult result)
    {
        w.WriteStartObject();
        w.WriteString("model", name);
        w.WriteNumber("examples", result.Examples);
        w.WriteNumberOrNull("loss", result.Loss);
        w.WriteNumberOrNull("accuracy", result.Accuracy);
        w.WriteNumberOrNull("auc", result.Area);
        var classes = result.Confusion?.GetLength(0) ?? 0;
        w.WriteStartArray("classes");
        for (var label = 0; label < classes; label++)
        {
            w.WriteStartObject();
            w.WriteNumberOrNull("recall", result.Recall(label));
            w.WriteStartArray("told");
            for (var told = 0; told < classes; told++)
            {
                w.WriteNumberValue(result.Confusion![label, told]);
            }

            w.WriteEndArray();
            w.WriteEndObject();
        }

        w.WriteEndArray();
        w.WriteEndObject();
    }
}
