using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using FedLearn.Core.Specs;

namespace FedLearn.Coordinator.Dashboard.Data;

/// <summary>From what an operator typed to a spec, or to all mistakes in it.</summary>
internal static class NewRunForm
{
    /// <summary>What the text of the spec is at first.</summary>
    public const string Template = """
        {
          "name": "my-run",
          "model": { "kind": "mlp", "inputs": 784, "hidden": [64], "classes": 10 },
          "stop": { "rounds": 20 },
          "cohort": { "minimum": 2 },
          "closing": { "minUpdates": 2, "maxSeconds": 600 },
          "client": { "epochs": 1, "batchSize": 10, "learningRate": 0.1 }
        }
        """;

    /// <summary>Lays the fields over the spec, completes it and reads it.</summary>
    /// <param name="text">The spec.</param>
    /// <param name="fields">Values by path; empty ones do not count.</param>
    /// <param name="complete">Fills in what the coordinator does not know; null where nobody can.</param>
    public static RunSpecResult Read(string text, IEnumerable<KeyValuePair<string, string>> fields, Func<JsonObject, IReadOnlyList<SpecMistake>>? complete)
    {
        if (ParseObject(text) is not { } document)
        {
            // The parser of specs words it for people.
            return RunSpecParser.Parse(text);
        }

        foreach (var (path, value) in fields.Where(f => f.Value.Length > 0))
        {
            Set(document, path, value);
        }

        var known = complete?.Invoke(document) ?? [];
        var result = RunSpecParser.Parse(document.ToJsonString());
        return known.Count == 0 ? result : new(null, [.. known, .. result.Mistakes.Where(m => m.Path != "model.tensors")]);
    }

    private static JsonObject? ParseObject(string text)
    {
        try
        {
            return JsonNode.Parse(text, documentOptions: RunSpecParser.JsonOptions with { AllowDuplicateProperties = false }) as JsonObject;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static void Set(JsonObject document, string path, string value)
    {
        var names = path.Split('.');
        foreach (var name in names[..^1])
        {
            if (document[name] is not JsonObject inner)
            {
                document[name] = inner = [];
            }

            document = inner;
        }

        document[names[^1]] = double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number) && names[^1] != "name"
            ? JsonNode.Parse(number.ToString("R", CultureInfo.InvariantCulture))
            : JsonValue.Create(value);
    }
}
