using System.Collections.Immutable;
using System.Text.Json;
using FedLearn.Core.Models;

namespace FedLearn.Core.Specs;

/// <summary>The JSON form of a manifest in a spec: the value of <c>model.tensors</c>.</summary>
public static class TensorsJson
{
    /// <summary>The names of the init rules.</summary>
    public static ImmutableArray<string> InitKinds { get; } = [.. Enum.GetValues<InitKind>().Select(NameOf)];

    /// <summary>The init rule of a name, or null.</summary>
    public static InitKind? KindOf(string name) => InitKinds.IndexOf(name) is >= 0 and var index ? (InitKind)index : null;

    /// <summary>Writes <c>[{"name":...,"shape":[...],"init":{"kind":...}},...]</c>.</summary>
    public static void Write(Utf8JsonWriter writer, ModelManifest manifest)
    {
        writer.WriteStartArray();
        foreach (var tensor in manifest.Tensors)
        {
            writer.WriteStartObject();
            writer.WriteString("name", tensor.Name);
            writer.WriteStartArray("shape");
            foreach (var dimension in tensor.Shape)
            {
                writer.WriteNumberValue(dimension);
            }

            writer.WriteEndArray();
            WriteInit(writer, tensor.Init);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    private static void WriteInit(Utf8JsonWriter writer, InitRule init)
    {
        writer.WriteStartObject("init");
        writer.WriteString("kind", NameOf(init.Kind));
        if (init.Kind == InitKind.Normal)
        {
            writer.WriteNumber("std", init.Std);
        }

        writer.WriteEndObject();
    }

    private static string NameOf(InitKind kind) => kind.ToString().ToLowerInvariant();
}
