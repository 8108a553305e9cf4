using System.Globalization;
using System.Text;
using FedLearn.Coordinator.Dashboard.Markup;
using FedLearn.Coordinator.Rounds;
using FedLearn.Coordinator.Storage;

namespace FedLearn.Coordinator.Dashboard.Pages;

/// <summary>The rounds in numbers: the newest as a table, all of them as CSV.</summary>
internal static class RoundsTable
{
    private const int Most = 25;

    public static Html Render(string runId, IReadOnlyList<RoundPoint> rounds, OpenRun? live)
    {
        if (rounds.Count == 0)
        {
            return Html.Of($"""<h2>Rounds</h2><p class="empty">No round has opened yet.</p>""");
        }

        var shown = rounds.Reverse().Take(Most).ToList();
        return Html.Of($"""
            <h2>Rounds <span class="count">{(rounds.Count > Most ? $"newest {Most} of {rounds.Count}" : $"{rounds.Count}")}</span> <a class="aside" href="{runId}/rounds.csv" download>all as CSV</a></h2>
            <div class="scroll" tabindex="0" role="region" aria-label="Table, scrolls sideways"><table><thead><tr><th class="n">Round</th><th>State</th><th class="n">Updates</th><th class="n">Late</th><th class="n">Refused</th><th class="n">Training loss</th><th class="n">Loss</th><th class="n">Accuracy</th>
            <th class="n">Fit</th><th class="n">Transfer</th><th class="n">Aggregate</th><th class="n">In</th><th class="n">Out</th></tr></thead>
            <tbody>{shown.Select(r => Row(r, live?.Notes.TransferSeconds(r.Number)))}</tbody></table></div>
            """);
    }

    /// <summary>All rounds, one a line.</summary>
    public static string Csv(IReadOnlyList<RoundPoint> rounds)
    {
        var text = new StringBuilder("round,status,version,cohort,accepted,declined,late,refused,train_loss,eval_loss,eval_accuracy,bytes_in,bytes_out,fit_seconds,aggregate_seconds,evaluate_seconds\n");
        foreach (var r in rounds)
        {
            text.AppendLine(string.Create(CultureInfo.InvariantCulture, $"{r.Number},{r.Status},{r.Version},{r.Cohort},{r.Accepted},{r.Declined},{r.Late},{r.Refused},{r.TrainLoss:R},{Metric(r, "loss"):R},{Metric(r, "accuracy"):R},{r.BytesIn},{r.BytesOut},{r.FitSeconds:0.###},{r.AggregateSeconds:0.###},{r.EvaluateSeconds:0.###}"));
        }

        return text.ToString();
    }

    private static Html Row(RoundPoint r, double? transfer) => Html.Of($"""
        <tr><td class="n">{r.Number}</td><td>{r.Status.ToLowerInvariant()}{Html.If(r.Reason.Length > 0, () => Html.Of($"<small>{r.Reason}</small>"))}</td><td class="n">{r.Accepted}/{r.Cohort}</td>
        <td class="n">{r.Late}</td><td class="n">{r.Refused}</td><td class="n">{HtmlText.Metric(r.TrainLoss)}</td><td class="n">{HtmlText.Metric(Metric(r, "loss"))}</td><td class="n">{HtmlText.Metric(Metric(r, "accuracy"))}</td>
        <td class="n">{(r.IsOver ? HtmlText.Seconds(Math.Max(0, r.FitSeconds - (transfer ?? 0))) : "–")}</td><td class="n">{(transfer is { } t && r.IsOver ? HtmlText.Seconds(t) : "–")}</td><td class="n">{(r.IsOver ? HtmlText.Seconds(r.AggregateSeconds) : "–")}</td>
        <td class="n">{HtmlText.Bytes(r.BytesIn)}</td><td class="n">{HtmlText.Bytes(r.BytesOut)}</td></tr>
        """);

    private static double? Metric(RoundPoint round, string name) => round.Evaluation.TryGetValue(name, out var value) ? value : null;
}
