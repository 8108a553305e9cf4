using System.Text.Json;
using FedLearn.Cli.Shell;
using FedLearn.Training.Simulation;

namespace FedLearn.Cli.Simulate;

/// <summary>A sweep's results for people and for scripts.</summary>
internal static class SummaryPrinter
{
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
        Write(w, "version", round.Version);
        w.WriteNumber("updates", round.Updates);
        w.WriteNumber("examples", round.Examples);
        w.WriteNumber("steps", round.Steps);
        w.WriteNumber("learningRate", round.LearningRate);
        Write(w, "trainLoss", round.TrainLoss);
        Write(w, "loss", round.Loss);
        Write(w, "accuracy", round.Accuracy);
        w.WriteNumber("bytesIn", round.BytesIn);
        Write(w, "meanCosine", round.Drift?.MeanCosine);
        Write(w, "leastCosine", round.Drift?.LeastCosine);
        Write(w, "meanNorm", round.Drift?.MeanNorm);
        Write(w, "leastNorm", round.Drift?.LeastNorm);
        Write(w, "largestNorm", round.Drift?.LargestNorm);
        Write(w, "personalLoss", round.PersonalLoss);
        Write(w, "personalAccuracy", round.PersonalAccuracy);
        w.WriteEndObject();
    }, indented: false);

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
            Write(w, "reached", s.Reached);
            Write(w, "loss", s.Last?.Loss);
            Write(w, "accuracy", s.Last?.Accuracy);
            Write(w, "bestAccuracy", s.BestAccuracy);
            w.WriteNumber("bytesIn", s.Result.Rounds.Sum(r => r.BytesIn));
            w.WriteNumber("seconds", Math.Round(s.Seconds, 3));
            w.WriteEndObject();
        }

        w.WriteEndArray();
        w.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter w, string name, double? value)
    {
        if (value is { } v && double.IsFinite(v))
        {
            w.WriteNumber(name, v);
        }
        else
        {
            w.WriteNull(name);
        }
    }
}
