using System.Collections.Immutable;
using System.Text.Json;

namespace FedLearn.Training.Data;

/// <summary>What a column of a table is.</summary>
public enum ColumnType
{
    /// <summary>A number: one feature.</summary>
    Numeric,

    /// <summary>One of the schema's levels: a feature (0 or 1) per level, the first level left out where the schema says so.</summary>
    Categorical,

    /// <summary>What is predicted; exactly one column.</summary>
    Label,

    /// <summary>Not read.</summary>
    Ignore,
}

/// <summary>One column, as the schema's <c>columns</c> array gives it.</summary>
public sealed record TableColumn
{
    /// <summary>The name, unique in the table.</summary>
    public required string Name { get; init; }

    /// <summary>What it is.</summary>
    public required ColumnType Type { get; init; }

    /// <summary>The levels of a categorical column or of a label of classes, in the order of their numbers; otherwise empty.</summary>
    public ImmutableArray<string> Levels { get; init; } = [];

    /// <summary>Whether a categorical column's first level gets no feature (it is what all zeros mean). Default false.</summary>
    public bool DropFirst { get; init; }

    /// <summary>For a label: which numbers are the positive class, or null.</summary>
    public PositiveRule? Positive { get; init; }

    /// <summary>How its features are scaled.</summary>
    public ColumnScaling Scaling { get; init; } = ColumnScaling.None;

    /// <summary>What becomes of a missing value.</summary>
    public MissingRule Missing { get; init; } = MissingRule.Drop;

    /// <summary>The number of features the column gives.</summary>
    public int FeatureCount => Type switch
    {
        ColumnType.Numeric => 1,
        ColumnType.Categorical => Levels.Length - (DropFirst ? 1 : 0),
        _ => 0,
    };

    internal static TableColumn Read(SchemaNode node, SchemaNode table)
    {
        var type = node.Text("type", null) switch
        {
            "numeric" => ColumnType.Numeric,
            "categorical" => ColumnType.Categorical,
            "label" => ColumnType.Label,
            "ignore" => ColumnType.Ignore,
            var other => throw node.Error("type", "numeric, categorical, label or ignore", $"\"{other}\""),
        };
        var used = type is ColumnType.Numeric or ColumnType.Categorical;
        return new()
        {
            Name = node.Text("name", null),
            Type = type,
            Levels = type == ColumnType.Categorical || (type == ColumnType.Label && node.Has("levels")) ? ReadLevels(node) : [],
            DropFirst = type == ColumnType.Categorical && node.Flag("dropFirst", false),
            Positive = type == ColumnType.Label && node.Has("positive") ? PositiveRule.Read(node["positive"]) : null,
            Scaling = used ? ColumnScaling.Read(node, table, type) : ColumnScaling.None,
            Missing = used ? MissingRule.Read(node, table, type) : MissingRule.Drop,
        };
    }

    internal void WriteCanonical(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        if (Type == ColumnType.Categorical)
        {
            json.WriteBoolean("dropFirst", DropFirst);
        }

        if (!Levels.IsEmpty)
        {
            json.WriteStartArray("levels");
            foreach (var level in Levels)
            {
                json.WriteStringValue(level);
            }

            json.WriteEndArray();
        }

        if (Type is ColumnType.Numeric or ColumnType.Categorical)
        {
            Missing.WriteCanonical(json);
        }

        json.WriteString("name", Name);
        if (Positive is not null)
        {
            json.WriteString("positive", Positive.ToString());
        }

        if (Type is ColumnType.Numeric or ColumnType.Categorical)
        {
            Scaling.WriteCanonical(json);
        }

        json.WriteString("type", Type.ToString().ToLowerInvariant());
        json.WriteEndObject();
    }

    private static ImmutableArray<string> ReadLevels(SchemaNode node)
    {
        var levels = node.Texts("levels");
        return levels.Length >= 2 && levels.Distinct(StringComparer.Ordinal).Count() == levels.Length
            ? [.. levels]
            : throw node.Error("levels", "at least two levels, each once", $"[{string.Join(", ", levels)}]");
    }
}
