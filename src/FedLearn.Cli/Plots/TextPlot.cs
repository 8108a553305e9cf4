using System.Globalization;
using System.Text;

namespace FedLearn.Cli.Plots;

/// <summary>Plots as text, below each other: eight dots to a character (Unicode's Braille patterns).</summary>
internal static class TextPlot
{
    private const int Columns = 64;
    private const int Rows = 12;
    private const int Blank = 0x2800;

    /// <summary>Which bit of a pattern a dot is: two across, four down (Unicode Standard, Braille Patterns).</summary>
    private static readonly int[,] s_dots = { { 0x01, 0x02, 0x04, 0x40 }, { 0x08, 0x10, 0x20, 0x80 } };

    /// <summary>Writes the plots.</summary>
    public static void Write(TextWriter output, IReadOnlyList<LinePlot> plots)
    {
        foreach (var plot in plots)
        {
            output.WriteLine(string.Join(Environment.NewLine, Lines(plot)));
            output.WriteLine();
        }
    }

    /// <summary>A plot's lines: title, curves, axis, legend.</summary>
    public static IEnumerable<string> Lines(LinePlot plot)
    {
        yield return plot.Title;
        var (x, y) = (plot.XAxis, plot.YAxis);
        var cells = new int[Rows, Columns];
        foreach (var line in plot.Lines)
        {
            Draw(cells, line.Points, x, y);
        }

        for (var row = 0; row < Rows; row++)
        {
            var label = row == 0 ? Label(y.High) : row == Rows - 1 ? Label(y.Low) : "";
            var text = new StringBuilder($"{label,10} │");
            for (var column = 0; column < Columns; column++)
            {
                text.Append((char)(Blank + cells[row, column]));
            }

            yield return text.ToString().TrimEnd((char)Blank);
        }

        yield return $"{"",10} └{new string('─', Columns)}";
        yield return $"{"",10}  {Label(x.Low)}{Label(x.High).PadLeft(Columns - Label(x.Low).Length)}  {plot.XTitle}";
        foreach (var line in plot.Lines.Where(l => l.Points.Count > 0))
        {
            yield return $"{"",10}  {line.Label}: {Label(line.Points[^1].Y)} in {plot.XTitle} {Label(line.Points[^1].X)}, {Label(line.Points.Min(p => p.Y))} to {Label(line.Points.Max(p => p.Y))} in all";
        }
    }

    private static void Draw(int[,] cells, IReadOnlyList<(double X, double Y)> points, PlotAxis x, PlotAxis y)
    {
        (double X, double Y)? last = null;
        foreach (var point in points)
        {
            var at = (X: x.Place(point.X) * ((Columns * 2) - 1), Y: (1 - y.Place(point.Y)) * ((Rows * 4) - 1));
            var from = last ?? at;
            var steps = (int)Math.Ceiling(Math.Max(1, Math.Max(Math.Abs(at.X - from.X), Math.Abs(at.Y - from.Y))));
            for (var i = 0; i <= steps; i++)
            {
                var (column, row) = ((int)Math.Round(from.X + ((at.X - from.X) * i / steps)), (int)Math.Round(from.Y + ((at.Y - from.Y) * i / steps)));
                cells[row / 4, column / 2] |= s_dots[column % 2, row % 4];
            }

            last = at;
        }
    }

    private static string Label(double value) => value.ToString("0.####", CultureInfo.InvariantCulture);
}
