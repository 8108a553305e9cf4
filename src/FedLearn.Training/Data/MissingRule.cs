using System.Globalization;
using System.Text.Json;

namespace FedLearn.Training.Data;

/// <summary>What becomes of a row with a missing value (<c>?</c> or nothing) in a column.</summary>
public enum MissingKind
{
    /// <summary><c>"drop"</c>: the row is left out. The default; a row without a label is always left out.</summary>
    Drop,

    /// <summary><c>"mean"</c>: the mean of this site's own training rows stands in. Numeric columns only.</summary>
    Mean,

    /// <summary><c>{"value":120}</c>: this number (or level) stands in.</summary>
    Constant,
}

/// <summary>A column's rule for missing values: its <c>missing</c>, or the table's where it has none of its own.</summary>
/// <param name="Kind">Which.</param>
/// <param name="Value">The stand-in as text, for <see cref="MissingKind.Constant"/>.</param>
public sealed record MissingRule(MissingKind Kind, string? Value = null)
{
    /// <summary>Rows with a missing value are left out.</summary>
    public static MissingRule Drop { get; } = new(MissingKind.Drop);

    /// <summary>Whether a field counts as missing: empty or a question mark.</summary>
    public static bool IsMissing(ReadOnlySpan<char> field) => field is "" or "?";

    internal static MissingRule Read(SchemaNode column, SchemaNode table, ColumnType type)
    {
        var node = column.Has("missing") ? column["missing"] : table.Has("missing") ? table["missing"] : default;
        var rule = node.Json.ValueKind switch
        {
            JsonValueKind.Undefined => Drop,
            JsonValueKind.String when node.Json.ValueEquals("drop") => Drop,
            JsonValueKind.String when node.Json.ValueEquals("mean") => new(MissingKind.Mean),
            JsonValueKind.Object when node.Has("value") => new(MissingKind.Constant, Constant(node["value"])),
            _ => throw node.Error("\"drop\", \"mean\" or {\"value\":..}"),
        };
        return rule.Kind == MissingKind.Mean && type == ColumnType.Categorical
            ? throw node.Error("\"drop\" or {\"value\":..} for a categorical column")
            : rule;
    }

    internal void WriteCanonical(Utf8JsonWriter json)
    {
        if (Kind != MissingKind.Constant)
        {
            json.WriteString("missing", Kind == MissingKind.Drop ? "drop" : "mean");
            return;
        }

        json.WriteStartObject("missing");
        json.WriteString("value", Value);
        json.WriteEndObject();
    }

    private static string Constant(SchemaNode node) => node.Json.ValueKind switch
    {
        JsonValueKind.String => node.Json.GetString()!,
        JsonValueKind.Number => node.Json.GetDouble().ToString(CultureInfo.InvariantCulture),
        _ => throw node.Error("a number or a level"),
    };
}
