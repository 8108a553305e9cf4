using System.Text;
using System.Text.Json;

namespace FedLearn.Benchmarks;

/// <summary>How measurements are shown: a table for people, JSON for scripts.</summary>
internal static class Report
{
    public static JsonSerializerOptions Options { get; } = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    public static string Table(IReadOnlyList<Measurement> measurements)
    {
        if (measurements.Any(m => m.Comparison is not null))
        {
            return ComparisonTable.Of(measurements);
        }

        var width = measurements.Max(m => m.Name.Length);
        var table = new StringBuilder();
        foreach (var m in measurements)
        {
            var target = m.Target is { } least ? $"   target {least:0.###} {(m.Met ? "met" : "MISSED")}" : "";
            table.AppendLine($"{m.Name.PadRight(width)}  {m.Value,14:#,0.000} {m.Unit}{target}");
        }

        return table.ToString().TrimEnd();
    }
}
