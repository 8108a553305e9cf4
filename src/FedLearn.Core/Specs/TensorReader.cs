using System.Collections.Immutable;
using System.Text.Json;
using FedLearn.Core.Models;

namespace FedLearn.Core.Specs;

/// <summary>Reads one entry of <c>model.tensors</c>: <c>{"name":"w","shape":[10,784],"init":{"kind":"glorot"}}</c>.</summary>
internal static class TensorReader
{
    private const int MaxDimensions = 8;
    private static readonly string[] s_fields = ["name", "shape", "init"];
    private static readonly string[] s_initFields = ["kind", "std"];

    public static TensorSpec? Read(JsonElement element, string path, SpecReader reader)
    {
        if (!IsObject(element, path, s_fields, reader))
        {
            return null;
        }

        var name = ReadName(element, path, reader);
        var shape = ReadShape(element, path, reader);
        var init = ReadInit(element, path, reader);
        return name is not null && shape is { } s && init is not null ? new TensorSpec(name, s, init) : null;
    }

    private static string? ReadName(JsonElement element, string path, SpecReader reader)
    {
        if (element.TryGetProperty("name", out var value) && value.ValueKind == JsonValueKind.String
            && value.GetString() is { Length: >= 1 and <= 200 } name && !name.Any(char.IsControl))
        {
            return name;
        }

        reader.Add($"{path}.name", $"expected text of 1 to 200 characters without control characters, got {Got(value)}");
        return null;
    }

    private static ImmutableArray<long>? ReadShape(JsonElement element, string path, SpecReader reader)
    {
        if (!element.TryGetProperty("shape", out var value) || value.ValueKind != JsonValueKind.Array || value.GetArrayLength() > MaxDimensions)
        {
            reader.Add($"{path}.shape", $"expected a list of at most {MaxDimensions} dimensions ([] for a scalar), got {Got(value)}");
            return null;
        }

        var shape = ImmutableArray.CreateBuilder<long>();
        UInt128 elements = 1;
        foreach (var (index, item) in value.EnumerateArray().Index())
        {
            if (item.ValueKind != JsonValueKind.Number || !item.TryGetInt64(out var dimension) || dimension is < 1 or > ModelReader.MaxElements)
            {
                reader.Add($"{path}.shape[{index}]", $"expected an integer from 1 to {ModelReader.MaxElements:N0}, got {SpecText.Show(item)}");
                return null;
            }

            // Stops growing once it is too large: the product of eight dimensions could overflow even 128 bits.
            elements = elements > ModelReader.MaxElements ? elements : elements * (UInt128)dimension;
            shape.Add(dimension);
        }

        if (elements > ModelReader.MaxElements)
        {
            reader.Add($"{path}.shape", $"expected at most {ModelReader.MaxElements:N0} elements, got {SpecText.Show(value)}");
            return null;
        }

        return shape.ToImmutable();
    }

    private static InitRule? ReadInit(JsonElement element, string path, SpecReader reader)
    {
        if (!element.TryGetProperty("init", out var value) || value.ValueKind == JsonValueKind.Null)
        {
            return InitRule.Zeros;
        }

        path += ".init";
        if (!IsObject(value, path, s_initFields, reader))
        {
            return null;
        }

        value.TryGetProperty("kind", out var kindValue);
        var kind = kindValue.ValueKind == JsonValueKind.String ? TensorsJson.KindOf(kindValue.GetString()!) : null;
        if (kind is null)
        {
            reader.Add($"{path}.kind", $"expected one of {string.Join(", ", TensorsJson.InitKinds)}, got {Got(kindValue)}");
            return null;
        }

        return value.TryGetProperty("std", out var std) || kind == InitKind.Normal ? ReadStd(kind.Value, std, path, reader) : new InitRule(kind.Value);
    }

    private static InitRule? ReadStd(InitKind kind, JsonElement std, string path, SpecReader reader)
    {
        if (kind != InitKind.Normal)
        {
            reader.Add($"{path}.std", "is for the kind normal only; he and glorot take theirs from the shape");
            return null;
        }

        if (std.ValueKind == JsonValueKind.Number && std.TryGetDouble(out var value) && double.IsFinite(value) && value >= 0)
        {
            return new InitRule(kind, value);
        }

        reader.Add($"{path}.std", $"expected a number of at least 0, got {Got(std)}");
        return null;
    }

    private static bool IsObject(JsonElement element, string path, string[] fields, SpecReader reader)
    {
        if (element.ValueKind != JsonValueKind.Object)
        {
            reader.Add(path, $"expected an object with {string.Join(", ", fields)}, got {SpecText.Show(element)}");
            return false;
        }

        foreach (var property in element.EnumerateObject().Where(p => !fields.Contains(p.Name)))
        {
            reader.Add($"{path}.{property.Name}", $"unknown field; did you mean {SpecText.Nearest(property.Name, fields)}?");
        }

        return true;
    }

    private static string Got(JsonElement value) => value.ValueKind == JsonValueKind.Undefined ? "nothing" : SpecText.Show(value);
}
