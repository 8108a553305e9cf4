using System.Globalization;
using System.Text;

namespace FedLearn.Cli.Plots;

/// <summary>One plot within an SVG document: a frame of a place and size, grid, axes, lines.</summary>
internal sealed class SvgPanel(StringBuilder svg, int left, int top, int width, int height)
{
    public void Draw(LinePlot plot)
    {
        var (x, y) = (plot.XAxis, plot.YAxis);
        svg.AppendLine($"""<text x="{left + (width / 2)}" y="{top - 12}" text-anchor="middle" font-size="13">{SvgDocument.Escape(plot.Title)}</text>""");
        svg.AppendLine($"""<text x="{left + (width / 2)}" y="{top + height + 34}" text-anchor="middle">{SvgDocument.Escape(plot.XTitle)}</text>""");
        foreach (var tick in x.Ticks)
        {
            var at = SvgDocument.Number(left + (width * x.Place(tick)));
            svg.AppendLine($"""<path d="M{at} {top}v{height}" stroke="#ddd"/><text x="{at}" y="{top + height + 16}" text-anchor="middle">{Label(tick)}</text>""");
        }

        foreach (var tick in y.Ticks)
        {
            var at = top + (height * (1 - y.Place(tick)));
            svg.AppendLine($"""<path d="M{left} {SvgDocument.Number(at)}h{width}" stroke="#ddd"/><text x="{left - 6}" y="{SvgDocument.Number(at + 4)}" text-anchor="end">{Label(tick)}</text>""");
        }

        svg.AppendLine($"""<rect x="{left}" y="{top}" width="{width}" height="{height}" fill="none" stroke="#444"/>""");
        foreach (var (i, line) in plot.Lines.Index().Where(l => l.Item.Points.Count > 0))
        {
            var points = line.Points.Select(p => $"{SvgDocument.Number(left + (width * x.Place(p.X)))},{SvgDocument.Number(top + (height * (1 - y.Place(p.Y))))}");
            svg.AppendLine($"""<polyline points="{string.Join(' ', points)}" {SvgDocument.Stroke(i)}/>""");
        }
    }

    private static string Label(double value) => value.ToString("0.######", CultureInfo.InvariantCulture);
}
