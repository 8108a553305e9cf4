using System.Globalization;
using System.Text;
using FedLearn.Coordinator.Dashboard.Markup;

namespace FedLearn.Coordinator.Dashboard.Charts;

/// <summary>One line of a chart.</summary>
/// <param name="Name">Its name in the legend.</param>
/// <param name="Colour">Which of the style sheet's colours, from 0.</param>
/// <param name="Points">Rounds and values, by round.</param>
internal sealed record Line(string Name, int Colour, IReadOnlyList<(int Round, double Value)> Points)
{
    /// <summary>Drawn dashed.</summary>
    public bool IsDashed { get; init; }

    /// <summary>The round whose point is marked as the best; null = none.</summary>
    public int? Best { get; init; }
}

/// <summary>
/// Lines by round as SVG. The picture stretches to its place; its labels are text of the page, so that they stay readable at any width. Values
/// stand beside the lines as data, for the readout of chart.js.
/// </summary>
internal static class LineChart
{
    private const int Width = 1000;
    private const int Height = 300;

    public static Html Render(string title, string empty, IReadOnlyList<Line> lines)
    {
        var drawn = lines.Where(l => l.Points.Count > 0).ToList();
        if (drawn.Count == 0)
        {
            return Html.Of($"""<figure class="chart"><figcaption>{title}</figcaption><p class="empty">{empty}</p></figure>""");
        }

        var values = drawn.SelectMany(l => l.Points).Select(p => p.Value).Where(double.IsFinite).DefaultIfEmpty();
        var y = Ticks.Of(values.Min(), values.Max());
        var x = Ticks.Of(0, drawn.Max(l => l.Points[^1].Round), whole: true);
        return Html.Of($"""
            <figure class="chart" data-chart data-to="{x.To:0}">
            <figcaption>{title}<span class="legend">{drawn.Select(Legend)}</span><output aria-live="polite"></output></figcaption>
            <div class="plot"><ol class="y" aria-hidden="true">{y.Values.Reverse().Select(v => Html.Of($"<li>{Label(v)}</li>"))}</ol>
            <svg viewBox="0 0 {Width} {Height}" preserveAspectRatio="none" role="img" tabindex="0" aria-label="{Summary(title, drawn)}">
            {y.Values.Select(v => Html.Of($"""<line class="grid" x2="{Width}" y1="{Y(y, v):0.#}" y2="{Y(y, v):0.#}"/>"""))}
            {drawn.Select(l => Path(l, x, y))}<line class="cursor" y2="{Height}"/></svg>
            <ol class="x" aria-hidden="true">{x.Values.Select(v => Html.Of($"<li>{v:0}</li>"))}</ol></div></figure>
            """);
    }

    private static Html Legend(Line line) => Html.Of($"""<span class="key c{line.Colour}{(line.IsDashed ? " dashed" : "")}">{line.Name}</span>""");

    private static Html Path(Line line, Ticks x, Ticks y)
    {
        var (path, rounds, values) = (new StringBuilder(), new StringBuilder(), new StringBuilder());
        foreach (var (round, value) in line.Points)
        {
            path.Append(path.Length == 0 ? 'M' : 'L').Append(Number(x.Place(round) * Width)).Append(' ').Append(Number(Y(y, value)));
            rounds.Append(rounds.Length == 0 ? "" : " ").Append(round);
            values.Append(values.Length == 0 ? "" : " ").Append(HtmlText.Metric(value));
        }

        // A single point is a line of no length, which round caps show.
        path.Append(line.Points.Count == 1 ? "h0" : "");
        return Html.Of($"""<path class="line c{line.Colour}{(line.IsDashed ? " dashed" : "")}" d="{path.ToString()}" data-name="{line.Name}" data-x="{rounds.ToString()}" data-y="{values.ToString()}"/>{Best(line, x, y)}""");
    }

    private static Html Best(Line line, Ticks x, Ticks y)
    {
        var best = line.Points.FirstOrDefault(p => p.Round == line.Best);
        return Html.If(best.Round > 0, () => Html.Of($"""<path class="best c{line.Colour}" d="M{x.Place(best.Round) * Width:0.#} {Y(y, best.Value):0.#}h0"/>"""));
    }

    private static string Summary(string title, List<Line> lines) => $"{title} by round. " + string.Join("; ", lines.Select(l =>
        $"{l.Name}: {HtmlText.Metric(l.Points[0].Value)} in round {l.Points[0].Round}, {HtmlText.Metric(l.Points[^1].Value)} in round {l.Points[^1].Round}"
        + (l.Points.FirstOrDefault(p => p.Round == l.Best) is { Round: > 0 } best ? $", best {HtmlText.Metric(best.Value)} in round {best.Round}" : "")))
        + ". Arrow keys read single rounds; the table of rounds has all numbers.";

    private static double Y(Ticks y, double value) => Height * (1 - y.Place(value));

    private static string Label(double value) => Math.Round(value, 10).ToString("G4", CultureInfo.InvariantCulture);

    private static string Number(double value) => value.ToString("0.#", CultureInfo.InvariantCulture);
}
