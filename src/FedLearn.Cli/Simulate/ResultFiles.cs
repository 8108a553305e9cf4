using System.Globalization;
using System.Text;
using FedLearn.Cli.Plots;
using FedLearn.Training.Simulation;

namespace FedLearn.Cli.Simulate;

/// <summary>
/// The files of a sweep's results: <c>rounds.jsonl</c>, <c>rounds.csv</c>, <c>classes.csv</c> and <c>confusion.csv</c> grow round by round, <c>summary.json</c> and <c>plot.svg</c> are
/// written anew after each run. What stood there before is replaced.
/// </summary>
internal sealed class ResultFiles : IDisposable
{
    private const string CsvHead = "run,round,version,updates,examples,steps,learning_rate,train_loss,loss,accuracy,bytes_in,mean_cosine,least_cosine,mean_norm,least_norm,largest_norm,personal_loss,personal_accuracy,auc";
    private const string ClassesHead = "run,round,label,examples,recall";
    private const string ConfusionHead = "run,round,label,told,examples";

    private readonly string _folder;
    private readonly StreamWriter _lines;
    private readonly StreamWriter _csv;
    private readonly StreamWriter _classes;
    private readonly StreamWriter _confusion;

    public ResultFiles(string folder)
    {
        Directory.CreateDirectory(folder);
        _folder = folder;
        // A round may take minutes: what is known of it can be followed, and outlives this process.
        _lines = Open("rounds.jsonl");
        _csv = Open("rounds.csv", CsvHead);
        _classes = Open("classes.csv", ClassesHead);
        _confusion = Open("confusion.csv", ConfusionHead);
    }

    public void Add(string label, SimulatedRound round)
    {
        SummaryPrinter.WriteRound(_lines, label, round);
        var run = $"\"{label.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
        Write(
            _csv,
            run, round.Round, round.Version, round.Updates, round.Examples, round.Steps,
            round.LearningRate, double.IsFinite(round.TrainLoss) ? round.TrainLoss : null, round.Loss, round.Accuracy, round.BytesIn,
            round.Drift?.MeanCosine, round.Drift?.LeastCosine, round.Drift?.MeanNorm, round.Drift?.LeastNorm, round.Drift?.LargestNorm,
            round.PersonalLoss, round.PersonalAccuracy, round.Central?.Area);
        AddClasses(run, round);
    }

    private void AddClasses(string run, SimulatedRound round)
    {
        var counts = round.Central?.Confusion ?? new long[0, 0];
        for (var label = 0; label < counts.GetLength(0); label++)
        {
            var told = Enumerable.Range(0, counts.GetLength(1)).Select(t => counts[label, t]).ToList();
            Write(_classes, run, round.Round, label, told.Sum(), round.Central!.Recall(label));
            foreach (var (which, examples) in told.Index().Where(_ => counts.GetLength(0) <= SummaryPrinter.MostConfused))
            {
                Write(_confusion, run, round.Round, label, which, examples);
            }
        }
    }

    public void Finish(IReadOnlyList<RunSummary> summaries)
    {
        using (var summary = new StreamWriter(Path.Combine(_folder, "summary.json")))
        {
            SummaryPrinter.Print(summary, summaries, json: true);
        }

        LinePlot[] plots = [Plot("accuracy", r => r.Accuracy), Plot("loss", r => r.Loss)];
        File.WriteAllText(Path.Combine(_folder, "plot.svg"), SvgDocument.Of(plots));

        LinePlot Plot(string metric, Func<SimulatedRound, double?> value) => new(
            $"test {metric}",
            "round",
            [.. summaries.Select(s => new PlotLine(s.Run.Label, [.. s.Result.Rounds.Where(r => value(r) is { } v && double.IsFinite(v)).Select(r => ((double)r.Round, value(r)!.Value))]))]);
    }

    public void Dispose()
    {
        _lines.Dispose();
        _csv.Dispose();
        _classes.Dispose();
        _confusion.Dispose();
    }

    private StreamWriter Open(string name, string? head = null)
    {
        var file = new StreamWriter(Path.Combine(_folder, name)) { AutoFlush = true };
        if (head is not null)
        {
            file.WriteLine(head);
        }

        return file;
    }

    private static void Write(StreamWriter file, params ReadOnlySpan<object?> cells)
    {
        var line = new StringBuilder();
        foreach (var cell in cells)
        {
            line.Append(line.Length > 0 ? "," : "").Append(CultureInfo.InvariantCulture, $"{cell}");
        }

        file.WriteLine(line);
    }
}
