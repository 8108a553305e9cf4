namespace FedLearn.Cli.Plots;

/// <summary>A line of a plot.</summary>
/// <param name="Label">Its name in the legend.</param>
/// <param name="Points">Finite points, from left to right.</param>
internal sealed record PlotLine(string Label, IReadOnlyList<(double X, double Y)> Points);

/// <summary>A plot of lines over one pair of axes.</summary>
/// <param name="Title">What is above it.</param>
/// <param name="XTitle">What is below its horizontal axis.</param>
/// <param name="Lines">The lines.</param>
internal sealed record LinePlot(string Title, string XTitle, IReadOnlyList<PlotLine> Lines)
{
    /// <summary>Counts something, such as rounds: no tick is between two whole numbers.</summary>
    public PlotAxis XAxis => PlotAxis.Around([.. Lines.SelectMany(l => l.Points).Select(p => p.X)], leastTick: 1);

    public PlotAxis YAxis => PlotAxis.Around([.. Lines.SelectMany(l => l.Points).Select(p => p.Y)]);
}

/// <summary>An axis with ticks at round numbers.</summary>
/// <param name="Low">Its least value.</param>
/// <param name="High">Its greatest value.</param>
/// <param name="Tick">The distance of its ticks: 1, 2 or 5 times a power of ten.</param>
internal readonly record struct PlotAxis(double Low, double High, double Tick)
{
    private const int MostTicks = 6;

    public IEnumerable<double> Ticks
    {
        get
        {
            for (var i = (long)Math.Round(Low / Tick); i <= Math.Round(High / Tick); i++)
            {
                yield return i * Tick;
            }
        }
    }

    /// <summary>The axis that holds all values between two of its ticks.</summary>
    public static PlotAxis Around(IReadOnlyCollection<double> values, double leastTick = 0)
    {
        if (values.Count == 0)
        {
            return new(0, 1, Math.Max(leastTick, 0.2));
        }

        var (low, high) = (values.Min(), values.Max());
        var span = high > low ? high - low : Math.Max(1e-3, Math.Abs(high) * 0.1);
        var tick = Math.Max(leastTick, RoundUp(span / (MostTicks - 1)));
        return new(Math.Floor(low / tick) * tick, Math.Max(Math.Ceiling(high / tick), Math.Floor(low / tick) + 1) * tick, tick);
    }

    /// <summary>Where a value is: 0 at the low end, 1 at the high one.</summary>
    public double Place(double value) => (value - Low) / (High - Low);

    private static double RoundUp(double step)
    {
        var power = Math.Pow(10, Math.Floor(Math.Log10(step)));
        return (step / power) switch { <= 1 => 1, <= 2 => 2, <= 5 => 5, _ => 10 } * power;
    }
}
