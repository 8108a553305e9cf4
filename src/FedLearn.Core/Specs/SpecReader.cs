using System.Text.Json;

namespace FedLearn.Core.Specs;

/// <summary>Walks a spec's JSON along the table of fields and collects mistakes.</summary>
internal sealed class SpecReader(RunSpec start)
{
    private const string ModelGroup = "model";
    private const string ClientGroup = "client";

    public RunSpec Spec { get; private set; } = start;

    public List<SpecMistake> Mistakes { get; } = [];

    /// <summary>The paths that the document gives a value for, valid or not.</summary>
    public HashSet<string> Seen { get; } = new(StringComparer.Ordinal);

    public void Add(string path, string message) => Mistakes.Add(new SpecMistake(path, message));

    public void ReadObject(JsonElement element, string group)
    {
        foreach (var property in element.EnumerateObject())
        {
            var path = group.Length == 0 ? property.Name : $"{group}.{property.Name}";
            if (!Seen.Add(path))
            {
                Add(path, "stands twice");
            }
            else if (property.Value.ValueKind == JsonValueKind.Null)
            {
                // As if it were not there, so that a flag can take a field of the file back.
                Seen.Remove(path);
            }
            else
            {
                ReadProperty(property, path, group);
            }
        }
    }

    private void ReadProperty(JsonProperty property, string path, string group)
    {
        if (SpecFields.ByPath.TryGetValue(path, out var field))
        {
            ReadField(field, property.Value);
        }
        else if (SpecFields.All.Any(f => f.Path.StartsWith(path + ".", StringComparison.Ordinal)))
        {
            ReadGroup(property.Value, path);
        }
        else if (group != ModelGroup)
        {
            ReadUnknown(property, path, group);
        }
    }

    private void ReadField(SpecField field, JsonElement value)
    {
        if (field.Read(value) is { } read)
        {
            Spec = field.With(Spec, read);
        }
        else
        {
            Add(field.Path, $"expected {field.Expectation}, got {SpecText.Show(value)}");
        }
    }

    private void ReadGroup(JsonElement value, string path)
    {
        if (value.ValueKind == JsonValueKind.Object)
        {
            ReadObject(value, path);
        }
        else
        {
            Add(path, $"expected an object {{...}}, got {SpecText.Show(value)}");
        }
    }

    /// <summary>A name of <c>client</c> that resembles no known one is a custom trainer's own setting; all others are mistakes.</summary>
    private void ReadUnknown(JsonProperty property, string path, string group)
    {
        var nearest = SpecText.Nearest(property.Name, NamesIn(group));
        if (group == ClientGroup && (nearest is null || !SpecText.AreClose(property.Name, nearest)))
        {
            Spec = Spec with { Client = Spec.Client with { Extra = Spec.Client.Extra.SetItem(property.Name, SpecText.Compact(property.Value)) } };
            return;
        }

        Add(path, nearest is null ? "unknown field" : $"unknown field; did you mean {(group.Length == 0 ? nearest : $"{group}.{nearest}")}?");
    }

    private static IEnumerable<string> NamesIn(string group)
    {
        var prefix = group.Length == 0 ? "" : group + ".";
        return SpecFields.All
            .Where(f => f.Path.StartsWith(prefix, StringComparison.Ordinal))
            .Select(f => f.Path[prefix.Length..].Split('.')[0])
            .Distinct();
    }
}
