namespace FedLearn.Benchmarks;

/// <summary>The table of measurements that stand beside a yardstick: own figure, yardstick, ratio, bar, reach, and whether it is met.</summary>
internal static class ComparisonTable
{
    private static readonly string[] s_head = ["row", "own", "yardstick", "value", "bar", "reach", "", "against"];

    public static string Of(IReadOnlyList<Measurement> measurements)
    {
        List<string[]> rows = [s_head, .. measurements.Select(Cells)];
        var widths = Enumerable.Range(0, s_head.Length).Select(column => rows.Max(row => row[column].Length)).ToArray();
        return string.Join(Environment.NewLine, rows.Select(row =>
            string.Join("  ", row.Select((cell, column) => column is 0 or > 5 ? cell.PadRight(widths[column]) : cell.PadLeft(widths[column]))).TrimEnd()));
    }

    private static string[] Cells(Measurement m) =>
    [
        m.Name,
        m.Comparison is { } own ? $"{Number(own.Own)} {own.Unit}" : "",
        m.Comparison is { } other ? $"{Number(other.Yardstick)} {other.Unit}" : "",
        $"{Number(m.Value)} {m.Unit}",
        m.Target is { } target ? $"{(m.AtMost ? "<= " : "")}{Number(target)}" : "",
        m.Reach is { } reach ? Number(reach) : "",
        m.Target is null ? "" : m.Met ? "met" : "MISSED",
        m.Comparison?.Against ?? "",
    ];

    /// <summary>Three significant digits, and no more places than they need.</summary>
    private static string Number(double value) => Math.Abs(value) switch
    {
        >= 1000 => $"{value:#,0}",
        >= 100 => $"{value:0}",
        >= 10 => $"{value:0.#}",
        _ => $"{value:0.###}",
    };
}
