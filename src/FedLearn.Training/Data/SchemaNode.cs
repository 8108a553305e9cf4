using System.Text.Json;

namespace FedLearn.Training.Data;

/// <summary>A place in a schema's JSON that names itself in errors.</summary>
internal readonly record struct SchemaNode(JsonElement Json, string Path)
{
    public bool Has(string name) => Json.ValueKind == JsonValueKind.Object && Json.TryGetProperty(name, out _);

    public SchemaNode this[string name] =>
        Has(name) ? new(Json.GetProperty(name), $"{Path}.{name}") : throw Error(name, "a value", "nothing");

    public InvalidDataException Error(string name, string expected, string found) =>
        new($"{Path}{(name.Length > 0 ? "." : "")}{name}: expected {expected}, found {found}");

    public InvalidDataException Error(string expected) => Error("", expected, Describe());

    public string Text(string name, string? otherwise)
    {
        if (!Has(name) && otherwise is not null)
        {
            return otherwise;
        }

        var node = Json.ValueKind == JsonValueKind.Object ? this[name] : throw Error("an object");
        return node.Json.ValueKind == JsonValueKind.String ? node.Json.GetString()! : throw node.Error("a string");
    }

    public bool Flag(string name, bool otherwise) => !Has(name) ? otherwise : this[name].Json.ValueKind switch
    {
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        _ => throw this[name].Error("true or false"),
    };

    public int Whole(string name, int minimum, int maximum) =>
        this[name].Json is { ValueKind: JsonValueKind.Number } json && json.TryGetInt32(out var value)
        && value >= minimum && value <= maximum
            ? value
            : throw this[name].Error($"a whole number from {minimum} to {maximum}");

    public double Number(string name) =>
        this[name].Json is { ValueKind: JsonValueKind.Number } json && json.TryGetDouble(out var value) && double.IsFinite(value)
            ? value
            : throw this[name].Error("a finite number");

    public IEnumerable<SchemaNode> Items(string name)
    {
        var array = this[name];
        if (array.Json.ValueKind != JsonValueKind.Array)
        {
            throw array.Error("an array");
        }

        return array.Json.EnumerateArray().Select((item, i) => new SchemaNode(item, $"{array.Path}[{i}]"));
    }

    /// <summary>Strings, or numbers as they are written.</summary>
    public string[] Texts(string name) =>
        [.. Items(name).Select(item => item.Json.ValueKind switch
        {
            JsonValueKind.String => item.Json.GetString()!,
            JsonValueKind.Number => item.Json.GetRawText(),
            _ => throw item.Error("a string or a number"),
        })];

    private string Describe() => Json.ValueKind == JsonValueKind.Undefined ? "nothing" : Json.GetRawText() switch
    {
        { Length: <= 60 } text => text,
        _ => $"a longer {Json.ValueKind.ToString().ToLowerInvariant()}",
    };
}
