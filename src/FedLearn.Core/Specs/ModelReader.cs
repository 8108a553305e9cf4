using System.Text.Json;
using FedLearn.Core.Models;

namespace FedLearn.Core.Specs;

/// <summary>Reads the spec's <c>model</c> object: the manifest from <c>tensors</c>, and the whole for the trainers.</summary>
internal static class ModelReader
{
    private const string Path = "model.tensors";

    /// <summary>The most tensors of a model.</summary>
    public const int MaxTensors = 10_000;

    /// <summary>The most elements of a model: 2^40, which are 4 TiB.</summary>
    public const long MaxElements = 1L << 40;

    /// <summary>The model, or null with the mistakes added.</summary>
    public static ModelSpec? Read(JsonElement root, string kind, SpecReader reader)
    {
        if (!root.TryGetProperty("model", out var model) || model.ValueKind != JsonValueKind.Object)
        {
            return null;
        }

        var before = reader.Mistakes.Count;
        if (!model.TryGetProperty("tensors", out var tensors) || tensors.ValueKind == JsonValueKind.Null)
        {
            reader.Add(Path, "is missing; expected a list of {name, shape, init}. For the built-in kinds (linear, logistic, softmax, mlp, cnn, lstm) "
                + "`fedlearn run create` fills it in; a model of your own lists its tensors here");
            return null;
        }

        if (tensors.ValueKind != JsonValueKind.Array || tensors.GetArrayLength() is 0 or > MaxTensors)
        {
            reader.Add(Path, $"expected a list of 1 to {MaxTensors:N0} tensors, got {SpecText.Show(tensors)}");
            return null;
        }

        var specs = ReadAll(tensors, reader);
        return reader.Mistakes.Count == before ? new ModelSpec(kind, SpecText.Compact(model), new ModelManifest(specs)) : null;
    }

    private static List<TensorSpec> ReadAll(JsonElement tensors, SpecReader reader)
    {
        var specs = new List<TensorSpec>(tensors.GetArrayLength());
        var names = new HashSet<string>(StringComparer.Ordinal);
        UInt128 total = 0;
        foreach (var (index, element) in tensors.EnumerateArray().Index())
        {
            var path = $"{Path}[{index}]";
            if (TensorReader.Read(element, path, reader) is not { } spec)
            {
                continue;
            }

            if (!names.Add(spec.Name))
            {
                reader.Add($"{path}.name", $"'{spec.Name}' stands twice; every tensor needs a name of its own");
            }

            total += (UInt128)spec.ElementCount;
            specs.Add(spec);
        }

        if (total > MaxElements)
        {
            reader.Add(Path, $"expected at most {MaxElements:N0} elements in all, got {total:N0}");
        }

        return specs;
    }
}
