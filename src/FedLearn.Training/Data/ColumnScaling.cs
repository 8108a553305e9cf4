using System.Text.Json;

namespace FedLearn.Training.Data;

/// <summary>How a column's features are scaled.</summary>
public enum ScalingKind
{
    /// <summary>Left as they are: <c>"none"</c>, the default.</summary>
    None,

    /// <summary>(x - mean) / std with the schema's numbers: <c>{"mean":54.4,"std":9.0}</c>. Numeric columns only.</summary>
    Given,

    /// <summary>(x - min) / (max - min) with the schema's numbers: <c>{"min":0,"max":100}</c>. Numeric columns only.</summary>
    MinMax,

    /// <summary>
    /// <c>"site-standardise"</c>: (x - mean) / (std + 1e-9) with the mean and (n-1) standard deviation of this site's own training rows.
    /// </summary>
    SiteStandardise,
}

/// <summary>A column's scaling: its <c>scaling</c>, or the table's where it has none of its own.</summary>
/// <param name="Kind">Which.</param>
/// <param name="First">The mean or the minimum, where the schema gives them.</param>
/// <param name="Second">The standard deviation or the maximum, where the schema gives them.</param>
public sealed record ColumnScaling(ScalingKind Kind, double First = 0, double Second = 1)
{
    /// <summary>No scaling.</summary>
    public static ColumnScaling None { get; } = new(ScalingKind.None);

    internal static ColumnScaling Read(SchemaNode column, SchemaNode table, ColumnType type)
    {
        var node = column.Has("scaling") ? column["scaling"] : table.Has("scaling") ? table["scaling"] : default;
        var scaling = node.Json.ValueKind switch
        {
            JsonValueKind.Undefined => None,
            JsonValueKind.String when node.Json.ValueEquals("none") => None,
            JsonValueKind.String when node.Json.ValueEquals("site-standardise") => new(ScalingKind.SiteStandardise),
            JsonValueKind.Object when node.Has("mean") => new(ScalingKind.Given, node.Number("mean"), node.Number("std")),
            JsonValueKind.Object when node.Has("min") => new(ScalingKind.MinMax, node.Number("min"), node.Number("max")),
            _ => throw node.Error("\"none\", \"site-standardise\", {\"mean\":..,\"std\":..} or {\"min\":..,\"max\":..}"),
        };
        return scaling switch
        {
            { Kind: ScalingKind.Given, Second: <= 0 } => throw node.Error("a std above 0"),
            { Kind: ScalingKind.MinMax } s when s.Second <= s.First => throw node.Error("a max above min"),
            { Kind: ScalingKind.Given or ScalingKind.MinMax } when type == ColumnType.Categorical =>
                throw node.Error("\"none\" or \"site-standardise\" for a categorical column"),
            _ => scaling,
        };
    }

    internal void WriteCanonical(Utf8JsonWriter json)
    {
        if (Kind is ScalingKind.None or ScalingKind.SiteStandardise)
        {
            json.WriteString("scaling", Kind == ScalingKind.None ? "none" : "site-standardise");
            return;
        }

        json.WriteStartObject("scaling");
        json.WriteNumber(Kind == ScalingKind.Given ? "mean" : "min", First);
        json.WriteNumber(Kind == ScalingKind.Given ? "std" : "max", Second);
        json.WriteEndObject();
    }
}
