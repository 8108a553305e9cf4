using System.Buffers;
using System.Text;
using System.Text.Json;
using FedLearn.Core.Encodings;

namespace FedLearn.Core.Specs;

/// <summary>
/// Writes a spec in its canonical form: every field with its value, in the order of <see cref="SpecFields"/>; of the fields that
/// exclude each other the one that holds, of the strategy's and the encoding's those that it knows; compact. Reading it gives the same spec.
/// </summary>
public static class RunSpecWriter
{
    /// <summary>The spec as JSON.</summary>
    public static string Write(RunSpec spec)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            WriteObject(writer, spec, "");
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    private static void WriteObject(Utf8JsonWriter writer, RunSpec spec, string group)
    {
        writer.WriteStartObject();
        var prefix = group.Length == 0 ? "" : group + ".";
        var names = SpecFields.All.Where(f => f.Path.StartsWith(prefix, StringComparison.Ordinal)).Select(f => f.Path[prefix.Length..].Split('.')[0]);
        foreach (var name in names.Distinct())
        {
            WriteMember(writer, spec, name, prefix + name);
        }

        if (group == "client")
        {
            WriteExtra(writer, spec.Client);
        }

        writer.WriteEndObject();
    }

    private static void WriteMember(Utf8JsonWriter writer, RunSpec spec, string name, string path)
    {
        if (path == "model")
        {
            writer.WritePropertyName(name);
            writer.WriteRawValue(spec.Model.Json);
        }
        else if (SpecFields.ByPath.TryGetValue(path, out var field))
        {
            if (field.ValueOf(spec) is { } value && !IsExcluded(spec, path))
            {
                WriteValue(writer, name, value);
            }
        }
        else if (path != "stop.target" || spec.Stop.Target is not null)
        {
            writer.WritePropertyName(name);
            WriteObject(writer, spec, path);
        }
    }

    private static bool IsExcluded(RunSpec spec, string path) =>
        path == (spec.Cohort.Count > 0 ? "cohort.fraction" : "cohort.count")
        || (path == "client.topK" && spec.Client.Encoding != EncodingKind.TopK)
        || !StrategyKinds.Knows(spec.Strategy, path);

    private static void WriteValue(Utf8JsonWriter writer, string name, object value)
    {
        switch (value)
        {
            case long integer:
                writer.WriteNumber(name, integer);
                break;
            case double number:
                writer.WriteNumber(name, number);
                break;
            default:
                writer.WriteString(name, (string)value);
                break;
        }
    }

    private static void WriteExtra(Utf8JsonWriter writer, ClientSettings client)
    {
        foreach (var (name, json) in client.Extra.OrderBy(e => e.Key, StringComparer.Ordinal))
        {
            writer.WritePropertyName(name);
            writer.WriteRawValue(json);
        }
    }
}
