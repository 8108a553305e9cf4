using System.Collections.Immutable;
using System.Text.Json;

namespace FedLearn.Training.Models;

/// <summary>Reads the fields of a <c>model</c> object and collects what is wrong with them.</summary>
internal sealed class ModelObjectReader
{
    private const int MaximumSize = 1 << 20;

    private readonly JsonElement _model;
    private readonly List<ModelError> _errors = [];

    public ModelObjectReader(JsonElement model)
    {
        _model = model;
        if (!IsObject)
        {
            _errors.Add(new("model", "an object such as {\"kind\":\"softmax\",...}", Describe(model)));
        }
    }

    public bool IsObject => _model.ValueKind == JsonValueKind.Object;

    public ImmutableArray<ModelError> Errors => [.. _errors];

    public bool Has(string name) => _model.TryGetProperty(name, out _);

    public void Add(string field, string expected, string found) => _errors.Add(new($"model.{field}", expected, found));

    public string? Text(string name, string? otherwise)
    {
        if (!_model.TryGetProperty(name, out var value))
        {
            if (otherwise is null)
            {
                Add(name, "a string", "nothing");
            }

            return otherwise;
        }

        if (value.ValueKind == JsonValueKind.String)
        {
            return value.GetString();
        }

        Add(name, "a string", Describe(value));
        return null;
    }

    public int? Size(string name, int minimum, int maximum = MaximumSize)
    {
        if (_model.TryGetProperty(name, out var value))
        {
            return Size(name, value, minimum, maximum);
        }

        Add(name, Range(minimum, maximum), "nothing");
        return null;
    }

    public ImmutableArray<int> Sizes(string name, int minimumCount, int maximumCount, int maximum = MaximumSize)
    {
        var expected = $"an array of {minimumCount} to {maximumCount} layer sizes";
        if (!_model.TryGetProperty(name, out var value))
        {
            Add(name, expected, "nothing");
            return [];
        }

        if (value.ValueKind != JsonValueKind.Array || value.GetArrayLength() is var count && (count < minimumCount || count > maximumCount))
        {
            Add(name, expected, Describe(value));
            return [];
        }

        return [.. value.EnumerateArray().Select((item, i) => Size($"{name}[{i}]", item, 1, maximum) ?? 1)];
    }

    private static string Range(int minimum, int maximum) => $"a whole number from {minimum} to {maximum}";

    private static string Describe(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Undefined => "nothing",
        _ when value.GetRawText() is { Length: <= 60 } text => text,
        _ => $"a longer {value.ValueKind.ToString().ToLowerInvariant()}",
    };

    private int? Size(string path, JsonElement value, int minimum, int maximum)
    {
        if (value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var size) && size >= minimum && size <= maximum)
        {
            return size;
        }

        Add(path, Range(minimum, maximum), Describe(value));
        return null;
    }
}
