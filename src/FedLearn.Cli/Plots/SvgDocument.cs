using System.Globalization;
using System.Security;
using System.Text;

namespace FedLearn.Cli.Plots;

/// <summary>Plots side by side as an SVG 1.1 document, with one legend below; no fonts, scripts or styles from outside.</summary>
internal static class SvgDocument
{
    private const int Width = 420;
    private const int Height = 300;
    private const int LegendRow = 18;

    /// <summary>Okabe and Ito's colours, which readers with any colour vision can tell apart; further lines repeat them dashed.</summary>
    private static readonly string[] s_colours = ["#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000", "#F0E442"];
    private static readonly string[] s_dashes = ["", "6 3", "2 2", "8 3 2 3"];

    /// <summary>Draws plots that have the same lines.</summary>
    public static string Of(IReadOnlyList<LinePlot> plots)
    {
        var labels = plots[0].Lines.Select(l => l.Label).ToList();
        var (width, height) = (Width * plots.Count, Height + (labels.Count * LegendRow) + 10);
        var svg = new StringBuilder();
        svg.AppendLine($"""<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}" font-family="sans-serif" font-size="11">""");
        svg.AppendLine($"""<rect width="{width}" height="{height}" fill="white"/>""");
        foreach (var (i, plot) in plots.Index())
        {
            new SvgPanel(svg, (Width * i) + 55, 30, Width - 75, Height - 75).Draw(plot);
        }

        foreach (var (i, label) in labels.Index())
        {
            var y = Height + (i * LegendRow);
            svg.AppendLine($"""<path d="M55 {y}h28" {Stroke(i)}/><text x="92" y="{y + 4}">{Escape(label)}</text>""");
        }

        return svg.AppendLine("</svg>").ToString();
    }

    /// <summary>The attributes of a line's stroke.</summary>
    public static string Stroke(int line)
    {
        var dash = s_dashes[line / s_colours.Length % s_dashes.Length];
        return $"fill=\"none\" stroke=\"{s_colours[line % s_colours.Length]}\" stroke-width=\"1.5\"{(dash.Length > 0 ? $" stroke-dasharray=\"{dash}\"" : "")}";
    }

    public static string Escape(string text) => SecurityElement.Escape(text);

    public static string Number(double value) => value.ToString("0.##", CultureInfo.InvariantCulture);
}
