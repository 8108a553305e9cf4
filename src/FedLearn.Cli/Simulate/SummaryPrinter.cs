using System.Text.Json;
using FedLearn.Cli.Shell;
using FedLearn.Training.Sgd;
using FedLearn.Training.Simulation;

namespace FedLearn.Cli.Simulate;

/// <summary>A sweep's results for people and for scripts.</summary>
internal static class SummaryPrinter
{
    /// <summary>The most classes of which the results have the confusion matrix, which grows with their square.</summary>
    public const int MostConfused = 20;

    public static void Print(TextWriter output, IReadOnlyList<RunSummary> summaries, bool json)
    {
        if (json)
        {
            Json.WriteLine(output, w => WriteAll(w, summaries));
            return;
        }

        var table = new TextTable("run", "rounds", "reached", "accuracy", "best", "loss", "seconds", "end");
        foreach (var s in summaries)
        {
            table.Add(
                s.Run.Label,
                $"{s.Result.Rounds.Count}",
                s.Reached is { } round ? $"{round}" : "-",
                Show.Metric(s.Last?.Accuracy),
                Show.Metric(s.BestAccuracy),
                Show.Metric(s.Last?.Loss),
                $"{s.Seconds:0.0}",
                s.Result.Reason);
        }

        table.Write(output);
    }

    /// <summary>A round as one line of JSON. A number that is not finite, as in a diverged run, is null.</summary>
    public static void WriteRound(TextWriter output, string label, SimulatedRound round) => Json.WriteLine(output, w =>
    {
        w.WriteStartObject();
        w.WriteString("run", label);
        w.WriteNumber("round", round.Round);
        w.WriteNumberOrNull("version", round.Version);
        w.WriteNumber("updates", round.Updates);
        w.WriteNumber("examples", round.Examples);
        w.WriteNumber("steps", round.Steps);
        w.WriteNumber("learningRate", round.LearningRate);
        w.WriteNumberOrNull("trainLoss", round.TrainLoss);
        w.WriteNumberOrNull("loss", round.Loss);
        w.WriteNumberOrNull("accuracy", round.Accuracy);
        w.WriteNumber("bytesIn", round.BytesIn);
        w.WriteNumberOrNull("meanCosine", round.Drift?.MeanCosine);
        w.WriteNumberOrNull("leastCosine", round.Drift?.LeastCosine);
        w.WriteNumberOrNull("meanNorm", round.Drift?.MeanNorm);
        w.WriteNumberOrNull("leastNorm", round.Drift?.LeastNorm);
        w.WriteNumberOrNull("largestNorm", round.Drift?.LargestNorm);
        w.WriteNumberOrNull("personalLoss", round.PersonalLoss);
        w.WriteNumberOrNull("personalAccuracy", round.PersonalAccuracy);
        w.WriteNumberOrNull("auc", round.Central?.Area);
        WriteClasses(w, round.Central);
        w.WriteEndObject();
    }, indented: false);

    private static void WriteClasses(Utf8JsonWriter w, CentralResult? central)
    {
        if (central?.Confusion is not { } counts)
        {
            return;
        }

        var classes = Enumerable.Range(0, counts.GetLength(0)).ToList();
        w.WriteStartArray("recall");
        classes.ForEach(label => w.WriteNumberOrNullValue(central.Recall(label)));
        w.WriteEndArray();
        if (classes.Count > MostConfused)
        {
            return;
        }

        w.WriteStartArray("confusion");
        foreach (var label in classes)
        {
            w.WriteStartArray();
            classes.ForEach(told => w.WriteNumberValue(counts[label, told]));
            w.WriteEndArray();
        }

        w.WriteEndArray();
    }

    private static void WriteAll(Utf8JsonWriter w, IReadOnlyList<RunSummary> summaries)
    {
        w.WriteStartObject();
        w.WriteStartArray("runs");
        foreach (var s in summaries)
        {
            w.WriteStartObject();
            w.WriteString("run", s.Run.Label);
            w.WriteNumber("seed", s.Run.Spec.Seed);
            w.WriteBoolean("completed", s.Completed);
            w.WriteString("reason", s.Result.Reason);
            w.WriteNumber("rounds", s.Result.Rounds.Count);
            w.WriteNumberOrNull("reached", s.Reached);
            w.WriteNumberOrNull("loss", s.Last?.Loss);
            w.WriteNumberOrNull("accuracy", s.Last?.Accuracy);
            w.WriteNumberOrNull("bestAccuracy", s.BestAccuracy);
            w.WriteNumber("bytesIn", s.Result.Rounds.Sum(r => r.BytesIn));
            w.WriteNumber("seconds", Math.Round(s.Seconds, 3));
            w.WriteEndObject();
        }

        w.WriteEndArray();
        w.WriteEndObject();
    }
}
