using System.Collections.Immutable;
using System.Text.Json;

namespace FedLearn.Core.Models;

/// <summary>Reads the header of an untrusted safetensors file. The first problem found ends the reading.</summary>
internal static class SafetensorsReader
{
    /// <summary>Object, tensor, list: the format nests no deeper; more is an attack or another format.</summary>
    private const int MaxDepth = 4;
    private const int MaxDimensions = 16;

    public static SafetensorsResult Read(ReadOnlyMemory<byte> header, long dataLength)
    {
        try
        {
            using var document = JsonDocument.Parse(header, new JsonDocumentOptions { MaxDepth = MaxDepth });
            return new(Layout(document.RootElement, dataLength), null);
        }
        catch (JsonException e)
        {
            return new(null, $"the header is not JSON: {e.Message}");
        }
        catch (InvalidOperationException)
        {
            // How JsonElement says that a string is no valid UTF-8 or UTF-16.
            return new(null, "the header holds text that is not valid Unicode");
        }
        catch (InvalidHeaderException e)
        {
            return new(null, e.Message);
        }
    }

    private static SafetensorsLayout Layout(JsonElement root, long dataLength)
    {
        if (root.ValueKind != JsonValueKind.Object)
        {
            throw new InvalidHeaderException("the header is not a JSON object");
        }

        var entries = new List<SafetensorsEntry>();
        var names = new HashSet<string>(StringComparer.Ordinal);
        var metadata = ImmutableDictionary<string, string>.Empty;
        foreach (var property in root.EnumerateObject())
        {
            if (!names.Add(property.Name))
            {
                throw new InvalidHeaderException($"tensor '{property.Name}' stands twice in the header");
            }

            if (property.NameEquals(Safetensors.MetadataName))
            {
                metadata = Metadata(property.Value);
            }
            else
            {
                entries.Add(Entry(property));
            }
        }

        return new(Cover(entries, dataLength), metadata, dataLength);
    }

    /// <summary>The entries in the order of their bytes, which must cover the data section exactly.</summary>
    private static ImmutableArray<SafetensorsEntry> Cover(List<SafetensorsEntry> entries, long dataLength)
    {
        var ordered = entries.OrderBy(e => e.Begin).ThenBy(e => e.End).ToImmutableArray();
        var position = 0L;
        foreach (var entry in ordered)
        {
            if (entry.Begin != position)
            {
                throw new InvalidHeaderException($"tensor '{entry.Name}' begins at byte {entry.Begin:N0}, expected {position:N0}: "
                    + (entry.Begin < position ? "it overlaps the one before" : "there is a gap before it"));
            }

            position = entry.End;
        }

        return position == dataLength
            ? ordered
            : throw new InvalidHeaderException($"the tensors have {position:N0} bytes, the file's data section {dataLength:N0}");
    }

    private static SafetensorsEntry Entry(JsonProperty property)
    {
        var (name, value) = (property.Name, property.Value);
        if (value.ValueKind != JsonValueKind.Object)
        {
            throw new InvalidHeaderException($"tensor '{name}' is not an object with dtype, shape and data_offsets");
        }

        value.TryGetProperty("dtype", out var dtype);
        if (dtype.ValueKind != JsonValueKind.String || !dtype.ValueEquals("F32"))
        {
            var got = dtype.ValueKind == JsonValueKind.Undefined ? "none" : dtype.GetRawText();
            throw new InvalidHeaderException($"tensor '{name}' has dtype {got}, expected \"F32\"; convert it to float32 first");
        }

        var shape = Integers(value, name, "shape", MaxDimensions);
        var offsets = Integers(value, name, "data_offsets", 2);
        return offsets.Length == 2 && offsets[1] >= offsets[0] && ByteLength(shape) == (UInt128)(offsets[1] - offsets[0])
            ? new SafetensorsEntry(name, shape, offsets[0], offsets[1])
            : throw new InvalidHeaderException(
                $"tensor '{name}' has data_offsets [{string.Join(", ", offsets)}], which do not fit its shape [{string.Join(", ", shape)}] of float32");
    }

    /// <summary>The bytes of a shape; past 2^63 any value beyond it.</summary>
    private static UInt128 ByteLength(ImmutableArray<long> shape) =>
        shape.Contains(0) ? 0 : shape.Aggregate((UInt128)ModelManifest.ElementSize, (bytes, d) => bytes > long.MaxValue ? bytes : bytes * (UInt128)d);

    private static ImmutableArray<long> Integers(JsonElement tensor, string name, string field, int maximumCount)
    {
        if (!tensor.TryGetProperty(field, out var list) || list.ValueKind != JsonValueKind.Array || list.GetArrayLength() > maximumCount)
        {
            throw new InvalidHeaderException($"tensor '{name}' needs {field}: a list of at most {maximumCount} integers");
        }

        var values = ImmutableArray.CreateBuilder<long>(list.GetArrayLength());
        foreach (var item in list.EnumerateArray())
        {
            values.Add(item.ValueKind == JsonValueKind.Number && item.TryGetInt64(out var value) && value >= 0
                ? value
                : throw new InvalidHeaderException($"tensor '{name}' has {item.GetRawText()} in {field}, expected integers of at least 0"));
        }

        return values.MoveToImmutable();
    }

    private static ImmutableDictionary<string, string> Metadata(JsonElement value)
    {
        if (value.ValueKind != JsonValueKind.Object || value.EnumerateObject().Any(p => p.Value.ValueKind != JsonValueKind.String))
        {
            throw new InvalidHeaderException($"{Safetensors.MetadataName} must be an object of texts");
        }

        return value.EnumerateObject().GroupBy(p => p.Name, StringComparer.Ordinal).ToImmutableDictionary(g => g.Key, g => g.Last().Value.GetString()!);
    }

    /// <summary>Leaves the reading at the first problem; never leaves this class.</summary>
    private sealed class InvalidHeaderException(string message) : Exception(message);
}
