using System.Collections.Immutable;
using System.Text.Json;

namespace FedLearn.Training.Data;

/// <summary>
/// A delimited text file: <c>{"kind":"table","delimiter":",","header":false,"scaling":"none","missing":"drop","columns":[...]}</c>, of which only
/// <c>kind</c> and <c>columns</c> must be given. A column is <c>{"name":..,"type":"numeric|categorical|label|ignore"}</c> with, where they fit,
/// <c>levels</c>, <c>dropFirst</c>, <c>positive</c>, <c>scaling</c> and <c>missing</c>; the last two default to the table's.
/// A label is a real number, or a class where it has <c>levels</c> (its place among them) or <c>positive</c> (0 or 1).
/// </summary>
/// <remarks>
/// A record is one little-endian float32 per used column, unscaled, in column order: a number, NaN where it is missing and its
/// mean stands in, or a level's place among the levels; then the label. Features are the numeric columns in order, then
/// the categorical columns' levels in order.
/// </remarks>
public sealed class TableSchema : DataSchema
{
    private TableSchema(ImmutableArray<TableColumn> columns, char delimiter, bool header)
    {
        (Columns, Delimiter, Header) = (columns, delimiter, header);
        Label = columns.Single(c => c.Type == ColumnType.Label);
        Features = [.. columns.Where(c => c.Type is ColumnType.Numeric or ColumnType.Categorical)];
        FeatureCount = Features.Sum(c => c.FeatureCount);
    }

    /// <summary>All columns in the file's order.</summary>
    public ImmutableArray<TableColumn> Columns { get; }

    /// <summary>The columns that give features, in the file's order.</summary>
    public ImmutableArray<TableColumn> Features { get; }

    /// <summary>The label's column.</summary>
    public TableColumn Label { get; }

    /// <summary>What stands between fields.</summary>
    public char Delimiter { get; }

    /// <summary>Whether the first line holds the column names.</summary>
    public bool Header { get; }

    /// <inheritdoc/>
    public override int FeatureCount { get; }

    /// <inheritdoc/>
    public override int Classes => Label.Positive is not null ? 2 : Label.Levels.Length;

    /// <inheritdoc/>
    public override int RecordLength => sizeof(float) * (Features.Length + 1);

    internal static TableSchema Read(SchemaNode root)
    {
        ImmutableArray<TableColumn> columns = [.. root.Items("columns").Select(c => TableColumn.Read(c, root))];
        var delimiter = root.Text("delimiter", ",");
        if (delimiter.Length != 1 || delimiter[0] is '"' or '\n' or '\r')
        {
            throw root.Error("delimiter", "one character", $"\"{delimiter}\"");
        }

        var labels = columns.Count(c => c.Type == ColumnType.Label);
        if (labels != 1)
        {
            throw root.Error("columns", "exactly one column of type label", labels.ToString());
        }

        if (columns.All(c => c.FeatureCount == 0))
        {
            throw root.Error("columns", "at least one numeric or categorical column", "none");
        }

        if (columns.GroupBy(c => c.Name).FirstOrDefault(g => g.Count() > 1) is { } twice)
        {
            throw root.Error("columns", "column names that stand once each", $"\"{twice.Key}\" twice");
        }

        foreach (var column in columns.Where(c => c.Missing.Kind == MissingKind.Constant))
        {
            if (!TableField.TryParse(column, column.Missing.Value, out _))
            {
                throw root.Error("columns", $"a stand-in for missing values of \"{column.Name}\" that the column can hold", $"\"{column.Missing.Value}\"");
            }
        }

        return new(columns, delimiter[0], root.Flag("header", false));
    }

    internal override (DataSet Train, DataSet Test) Decode(ReadOnlySpan<byte> train, ReadOnlySpan<byte> test) =>
        new TableDecoder(this).Decode(train, test);

    private protected override void WriteCanonical(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteStartArray("columns");
        foreach (var column in Columns)
        {
            column.WriteCanonical(json);
        }

        json.WriteEndArray();
        json.WriteString("delimiter", Delimiter.ToString());
        json.WriteBoolean("header", Header);
        json.WriteString("kind", "table");
        json.WriteEndObject();
    }
}
