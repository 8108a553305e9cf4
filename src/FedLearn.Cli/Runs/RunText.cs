using FedLearn.Cli.Shell;
using FedLearn.Protocol.V1;

namespace FedLearn.Cli.Runs;

/// <summary>Runs and rounds as lines and tables for people.</summary>
internal static class RunText
{
    private static readonly string[] s_roundColumns = ["round", "status", "version", "updates", "train loss", "eval loss", "accuracy", "worst/median/best", "in", "out", "fit s", "agg s"];

    public static string Status(RunStatus status) => status switch
    {
        RunStatus.Open => "open",
        RunStatus.Completed => "completed",
        RunStatus.Stopped => "stopped",
        RunStatus.Failed => "failed",
        _ => "unknown",
    };

    /// <summary>A run's status; of an open one whether it is paused.</summary>
    public static string Status(Run run) => run.Paused ? "paused" : Status(run.Status);

    public static string Status(RoundStatus status) => status switch
    {
        RoundStatus.Fitting => "fitting",
        RoundStatus.Aggregating => "aggregating",
        RoundStatus.Evaluating => "evaluating",
        RoundStatus.Published => "published",
        RoundStatus.Void => "void",
        _ => "unknown",
    };

    /// <summary>A run in one line.</summary>
    public static string Line(Run run) =>
        $"run {run.RunId} ({run.Name}): {Status(run)}, round {run.Round}, version {run.Version}, {run.EligibleClients} clients ready"
        + (run.EvaluatingClients > 0 ? $", {run.EvaluatingClients} more to evaluate" : "")
        + (run.HasBestVersion ? $", best version {Best(run)}" : "")
        + (run.Reason.Length > 0 ? $"; {run.Reason}" : "");

    /// <summary>The best version with its value.</summary>
    public static string Best(Run run) => run.HasBestVersion ? $"{run.BestVersion} ({run.BestMetric} {Show.Metric(run.BestValue)})" : "-";

    /// <summary>How unlike the clients' data are, in one line, or null where nobody says.</summary>
    public static string? Line(DataSkew? skew) => skew is null ? null
        : $"data of {skew.Clients} clients: {skew.Examples} examples, largest over median {Show.Metric(skew.LargestOverMedian)}, Gini {Show.Metric(skew.Gini)}"
            + (skew.HasLabelDistance ? $"; labels of {skew.LabelClients}: mean distance from all of them {Show.Metric(skew.LabelDistance)}" : "");

    /// <summary>A round in one line.</summary>
    public static string Line(Round round) => round.Status == RoundStatus.Void
        ? $"round {round.Number}: void; {round.Reason}"
        : $"round {round.Number}: {Status(round.Status)}, updates {round.Accepted}/{round.Cohort}{Extras(round)}"
            + $", train loss {Show.Metric(round.HasTrainLoss ? round.TrainLoss : null)}, eval loss {Show.Metric(Metric(round, "loss"))}"
            + $", accuracy {Show.Metric(Metric(round, "accuracy"))}{Clients(round)}, in {Show.Bytes(round.BytesIn)}, out {Show.Bytes(round.BytesOut)}"
            + $", fit {round.FitSeconds:0.00} s, aggregation {round.AggregateSeconds:0.00} s";

    /// <summary>Rounds as a table.</summary>
    public static TextTable Table(IEnumerable<Round> rounds)
    {
        var table = new TextTable(s_roundColumns);
        foreach (var round in rounds)
        {
            table.Add(
                $"{round.Number}", Status(round.Status), round.HasVersion ? $"{round.Version}" : "-", $"{round.Accepted}/{round.Cohort}",
                Show.Metric(round.HasTrainLoss ? round.TrainLoss : null), Show.Metric(Metric(round, "loss")), Show.Metric(Metric(round, "accuracy")), Spread(round) ?? "-",
                Show.Bytes(round.BytesIn), Show.Bytes(round.BytesOut), $"{round.FitSeconds:0.00}", $"{round.AggregateSeconds:0.00}");
        }

        return table;
    }

    /// <summary>A metric of the federated evaluation, or null where there is none.</summary>
    public static double? Metric(Round round, string name) => round.EvalMetrics.TryGetValue(name, out var value) ? value : null;

    /// <summary>The clients' accuracies, or losses where the model does not classify: the worst, the median and the best; null where none reported.</summary>
    private static string? Spread(Round round) =>
        round.Spread.TryGetValue("accuracy", out var spread) || round.Spread.TryGetValue("loss", out spread)
            ? $"{Show.Metric(spread.Worst)}/{Show.Metric(spread.Median)}/{Show.Metric(spread.Best)}"
            : null;

    private static string Clients(Round round) => Spread(round) is { } spread ? $" (worst/median/best client {spread})" : "";

    private static string Extras(Round round)
    {
        var counts = new (string Name, int Count)[] { ("declined", round.Declined), ("late", round.Late), ("refused", round.Refused) };
        var named = counts.Where(c => c.Count > 0).Select(c => $"{c.Count} {c.Name}").ToList();
        return named.Count > 0 ? $" ({string.Join(", ", named)})" : "";
    }
}
