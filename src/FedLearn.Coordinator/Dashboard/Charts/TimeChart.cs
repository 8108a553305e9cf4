using System.Text;
using FedLearn.Coordinator.Dashboard.Markup;
using FedLearn.Coordinator.Storage;

namespace FedLearn.Coordinator.Dashboard.Charts;

/// <summary>Where the time of rounds went: parts on top of each other, a step for each round, however many rounds there are in four shapes.</summary>
internal static class TimeChart
{
    private const int Width = 1000;
    private const int Height = 200;

    private static readonly string[] s_names = ["fit", "transfer", "aggregate", "evaluate"];

    /// <param name="rounds">The rounds.</param>
    /// <param name="transfers">What the transfers of a round took; null where this process has not seen them: they are then in the fit.</param>
    public static Html Render(IReadOnlyList<RoundPoint> rounds, Func<int, double?> transfers)
    {
        var parts = rounds.Where(r => r.IsOver).Select(r => (r.Number, Seconds: Parts(r, transfers(r.Number)))).ToList();
        if (parts.Count == 0)
        {
            return Html.Of($"""<figure class="chart"><figcaption>Seconds per round</figcaption><p class="empty">No round is over yet.</p></figure>""");
        }

        var y = Ticks.Of(0, parts.Max(p => p.Seconds.Sum()));
        var x = Ticks.Of(0, parts[^1].Number, whole: true);
        var last = parts[^1].Seconds;
        return Html.Of($"""
            <figure class="chart times" data-chart data-to="{x.To:0}" data-steps>
            <figcaption>Seconds per round<span class="legend">{s_names.Select((n, i) => Html.Of($"""<span class="key t{i}">{n}</span>"""))}</span><output aria-live="polite"></output></figcaption>
            <div class="plot"><ol class="y" aria-hidden="true">{y.Values.Reverse().Select(v => Html.Of($"<li>{Math.Round(v, 10):0.####}</li>"))}</ol>
            <svg viewBox="0 0 {Width} {Height}" preserveAspectRatio="none" role="img" tabindex="0" aria-label="Seconds per round, split into fit, transfer, aggregate and evaluate. Round {parts[^1].Number}: {string.Join(", ", s_names.Select((n, i) => $"{n} {HtmlText.Seconds(last[i])}"))}. The table of rounds has all numbers.">
            {Enumerable.Range(0, s_names.Length).Reverse().Select(k => Area(parts, k, x, y))}<line class="cursor" y2="{Height}"/></svg>
            <ol class="x" aria-hidden="true">{x.Values.Select(v => Html.Of($"<li>{v:0}</li>"))}</ol></div></figure>
            """);
    }

    /// <summary>Fit without transfers, transfers, aggregation, evaluation.</summary>
    private static double[] Parts(RoundPoint round, double? transfer)
    {
        var moved = Math.Min(round.FitSeconds, transfer ?? 0);
        return [round.FitSeconds - moved, moved, round.AggregateSeconds, round.EvaluateSeconds];
    }

    /// <summary>All parts up to one: what lies above is drawn before, and covered.</summary>
    private static Html Area(List<(int Number, double[] Seconds)> parts, int upTo, Ticks x, Ticks y)
    {
        var (path, rounds, values) = (new StringBuilder($"M0 {Height}"), new StringBuilder(), new StringBuilder());
        foreach (var (number, seconds) in parts)
        {
            var top = Height * (1 - y.Place(seconds.Take(upTo + 1).Sum()));
            path.Append(FormattableString.Invariant($"H{x.Place(number - 1) * Width:0.##}V{top:0.##}H{x.Place(number) * Width:0.##}"));
            rounds.Append(rounds.Length == 0 ? "" : " ").Append(number);
            values.Append(values.Length == 0 ? "" : " ").Append(HtmlText.Seconds(seconds[upTo]).Replace(' ', '\u00a0'));
        }

        return Html.Of($"""<path class="area t{upTo}" d="{path.ToString()}V{Height}Z" data-name="{s_names[upTo]}" data-x="{rounds.ToString()}" data-y="{values.ToString()}"/>""");
    }
}
