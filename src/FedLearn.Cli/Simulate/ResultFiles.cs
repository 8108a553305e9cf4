using System.Globalization;
using FedLearn.Cli.Plots;
using FedLearn.Training.Simulation;

namespace FedLearn.Cli.Simulate;

/// <summary>
/// The files of a sweep's results: <c>rounds.jsonl</c> and <c>rounds.csv</c> grow round by round, <c>summary.json</c> and <c>plot.svg</c> are
/// written anew after each run. What stood there before is replaced.
/// </summary>
internal sealed class ResultFiles : IDisposable
{
    private const string CsvHead = "run,round,version,updates,examples,steps,learning_rate,train_loss,loss,accuracy,bytes_in,mean_cosine,least_cosine,mean_norm,least_norm,largest_norm,personal_loss,personal_accuracy";

    private readonly string _folder;
    private readonly StreamWriter _lines;
    private readonly StreamWriter _csv;

    public ResultFiles(string folder)
    {
        Directory.CreateDirectory(folder);
        _folder = folder;
        // A round may take minutes: what is known of it can be followed, and outlives this process.
        _lines = new StreamWriter(Path.Combine(folder, "rounds.jsonl")) { AutoFlush = true };
        _csv = new StreamWriter(Path.Combine(folder, "rounds.csv")) { AutoFlush = true };
        _csv.WriteLine(CsvHead);
    }

    public void Add(string label, SimulatedRound round)
    {
        SummaryPrinter.WriteRound(_lines, label, round);
        object?[] cells =
        [
            $"\"{label.Replace("\"", "\"\"", StringComparison.Ordinal)}\"", round.Round, round.Version, round.Updates, round.Examples, round.Steps,
            round.LearningRate, double.IsFinite(round.TrainLoss) ? round.TrainLoss : null, round.Loss, round.Accuracy, round.BytesIn,
            round.Drift?.MeanCosine, round.Drift?.LeastCosine, round.Drift?.MeanNorm, round.Drift?.LeastNorm, round.Drift?.LargestNorm,
            round.PersonalLoss, round.PersonalAccuracy,
        ];
        _csv.WriteLine(string.Join(',', cells.Select(c => Convert.ToString(c, CultureInfo.InvariantCulture))));
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
    }
}
