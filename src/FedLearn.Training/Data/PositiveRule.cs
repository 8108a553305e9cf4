using System.Globalization;

namespace FedLearn.Training.Data;

/// <summary>Which numbers in a label column are the positive class (1), such as <c>"&gt;0"</c>; all others are 0.</summary>
/// <param name="Comparison">One of <c>&gt;</c>, <c>&gt;=</c>, <c>&lt;</c>, <c>&lt;=</c>, <c>==</c>.</param>
/// <param name="Bound">What is compared with.</param>
public sealed record PositiveRule(string Comparison, double Bound)
{
    private static readonly string[] s_comparisons = [">=", "<=", "==", ">", "<"];

    /// <summary>Whether <paramref name="value"/> is of the positive class.</summary>
    public bool Holds(double value) => Comparison switch
    {
        ">" => value > Bound,
        ">=" => value >= Bound,
        "<" => value < Bound,
        "<=" => value <= Bound,
        _ => value == Bound,
    };

    /// <inheritdoc/>
    public override string ToString() => Comparison + Bound.ToString("R", CultureInfo.InvariantCulture);

    internal static PositiveRule Read(SchemaNode node)
    {
        var text = node.Json.ValueKind == System.Text.Json.JsonValueKind.String ? node.Json.GetString()!.Trim() : "";
        var comparison = Array.Find(s_comparisons, c => text.StartsWith(c, StringComparison.Ordinal));
        return comparison is not null
            && double.TryParse(text[comparison.Length..], NumberStyles.Float, CultureInfo.InvariantCulture, out var bound)
                ? new(comparison, bound)
                : throw node.Error("a comparison with a number such as \">0\"");
    }
}
