using FedLearn.Coordinator.Dashboard.Charts;
using FedLearn.Coordinator.Dashboard.Data;
using FedLearn.Coordinator.Dashboard.Markup;
using FedLearn.Coordinator.Storage;
using FedLearn.Protocol.V1;

namespace FedLearn.Coordinator.Dashboard.Pages;

/// <summary>Loss and accuracy by round: of the run both curves, of those that are laid over it the evaluation.</summary>
internal static class RunCharts
{
    /// <summary>How many runs fit over one another: as many as the style sheet has colours.</summary>
    public const int MostOthers = 4;

    public static Html Of(string title, string metric, (Run Run, RunPages Book) mine, IEnumerable<(Run Run, RunPages Book)> others)
    {
        var lines = new List<Line> { Evaluated(mine.Run, mine.Book.Rounds, metric, 0, "evaluation") };
        if (metric == "loss")
        {
            lines.Add(new Line("training", 1, [.. mine.Book.Rounds.Where(r => r is { TrainLoss: not null, IsOver: true }).Select(r => (r.Number, r.TrainLoss!.Value))]) { IsDashed = true });
        }

        lines.AddRange(others.Select((o, i) => Evaluated(o.Run, o.Book.Rounds, metric, i + 2, o.Run.Name)));
        return LineChart.Render(title, "Nothing to draw yet: the first point comes with the first round that is over.", lines);
    }

    private static Line Evaluated(Run run, IReadOnlyList<RoundPoint> rounds, string metric, int colour, string name) =>
        new(name, colour, [.. rounds.Where(r => r.Evaluation.ContainsKey(metric)).Select(r => (r.Number, r.Evaluation[metric]))])
        {
            Best = run.HasBestVersion ? rounds.FirstOrDefault(r => r.Version == run.BestVersion)?.Number : null,
        };
}
