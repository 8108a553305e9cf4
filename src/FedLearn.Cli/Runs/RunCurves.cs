using FedLearn.Cli.Plots;
using FedLearn.Protocol.V1;

namespace FedLearn.Cli.Runs;

/// <summary>Runs as curves by round.</summary>
internal static class RunCurves
{
    /// <summary>Loss, and accuracy where the model classifies, of these runs over each other; or one metric of their evaluations.</summary>
    public static IReadOnlyList<LinePlot> Of(IReadOnlyList<GetRunReply> runs, string? metric = null)
    {
        if (metric is not null)
        {
            return [Plot(runs, metric, r => RunText.Metric(r, metric))];
        }

        var loss = Plot(runs, "loss of the evaluation", r => RunText.Metric(r, "loss"));
        var train = Plot(runs, "loss in training", r => r.HasTrainLoss ? r.TrainLoss : null);
        var accuracy = Plot(runs, "accuracy", r => RunText.Metric(r, "accuracy"));
        return [.. new[] { accuracy, loss, train }.Where(p => p.Lines.Any(l => l.Points.Count > 0))];
    }

    private static LinePlot Plot(IReadOnlyList<GetRunReply> runs, string title, Func<Round, double?> value) => new(
        title,
        "round",
        [.. runs.Select(run => new PlotLine(run.Run.Name, [.. run.Rounds
            .Where(r => r.HasVersion && value(r) is { } v && double.IsFinite(v))
            .Select(r => ((double)r.Number, value(r)!.Value))]))]);
}
