using System.Collections.Immutable;
using System.Text.Json;

namespace FedLearn.Coordinator.Storage;

/// <summary>Named numbers as a JSON object; doubles round-trip exactly.</summary>
internal static class MetricsJson
{
    public static string Write(IReadOnlyDictionary<string, double> metrics) => JsonSerializer.Serialize(metrics);

    public static ImmutableSortedDictionary<string, double> Read(string json) =>
        JsonSerializer.Deserialize<Dictionary<string, double>>(json)!.ToImmutableSortedDictionary(StringComparer.Ordinal);
}
