namespace FedLearn.Coordinator.Dashboard.Charts;

/// <summary>An axis from a round number to a round number, with evenly spaced ticks at round numbers.</summary>
internal readonly record struct Ticks(double From, double Step, int Count)
{
    private const int Wanted = 4;

    public double To => From + (Step * Count);

    public IEnumerable<double> Values
    {
        get
        {
            var (from, step, count) = (From, Step, Count);
            return Enumerable.Range(0, count + 1).Select(i => from + (i * step));
        }
    }

    /// <summary>An axis that holds all of [<paramref name="least"/>, <paramref name="most"/>].</summary>
    /// <param name="least">The least value; finite.</param>
    /// <param name="most">The largest one; finite.</param>
    /// <param name="whole">Whether ticks are whole numbers.</param>
    public static Ticks Of(double least, double most, bool whole = false)
    {
        var range = most - least;
        var raw = range > 0 ? range / Wanted : Math.Max(Math.Abs(most) / Wanted, 1e-6);
        var power = Math.Pow(10, Math.Floor(Math.Log10(raw)));
        var step = power * ((raw / power) switch { <= 1 => 1, <= 2 => 2, <= 5 => 5, _ => 10 });
        step = whole ? Math.Max(1, Math.Round(step)) : step;
        var from = Math.Floor((least / step) + 1e-9) * step;
        return new(from, step, Math.Max(1, (int)Math.Ceiling(((most - from) / step) - 1e-9)));
    }

    /// <summary>Where a value lies: 0 at the start, 1 at the end.</summary>
    public double Place(double value) => (value - From) / (To - From);
}
