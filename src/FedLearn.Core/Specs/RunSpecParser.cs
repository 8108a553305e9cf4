using System.Text;
using System.Text.Json;
using FedLearn.Core.Models;

namespace FedLearn.Core.Specs;

/// <summary>
/// Reads a run spec from JSON (comments and trailing commas allowed). All mistakes are found at once:
/// <list type="number">
/// <item>the document: size, syntax, depth;</item>
/// <item>every field of <see cref="SpecFields"/>: type and bounds; unknown and repeated names;</item>
/// <item>the <c>model</c> object, of which the manifest is made;</item>
/// <item>what must hold between fields.</item>
/// </list>
/// </summary>
public static class RunSpecParser
{
    /// <summary>The longest spec that is read, in bytes: 1 MiB.</summary>
    public const int MaxBytes = 1 << 20;

    /// <summary>The deepest nesting that is read.</summary>
    public const int MaxDepth = 32;

    /// <summary>How a spec's JSON is read.</summary>
    public static JsonDocumentOptions JsonOptions { get; } =
        new() { AllowTrailingCommas = true, CommentHandling = JsonCommentHandling.Skip, MaxDepth = MaxDepth };

    /// <summary>All defaults, with a model that stands for none.</summary>
    internal static RunSpec Empty { get; } =
        new() { Name = "", Model = new ModelSpec("", "{}", new ModelManifest([new TensorSpec("none", InitRule.Zeros)])) };

    /// <summary>Reads a spec.</summary>
    public static RunSpecResult Parse(string json) => Parse(Encoding.UTF8.GetBytes(json));

    /// <summary>Reads a spec from UTF-8 bytes.</summary>
    public static RunSpecResult Parse(ReadOnlyMemory<byte> json)
    {
        if (json.Length > MaxBytes)
        {
            return Failure($"a spec has at most {MaxBytes:N0} bytes, this one has {json.Length:N0}");
        }

        try
        {
            using var document = JsonDocument.Parse(json, JsonOptions);
            return document.RootElement.ValueKind == JsonValueKind.Object
                ? Read(document.RootElement)
                : Failure($"expected an object {{...}}, got {SpecText.Show(document.RootElement)}");
        }
        catch (JsonException e)
        {
            return Failure($"not JSON at line {e.LineNumber + 1}, byte {e.BytePositionInLine + 1}: {SpecText.Reason(e)}");
        }
        catch (InvalidOperationException)
        {
            // How JsonElement says that a string is no valid UTF-8 or UTF-16.
            return Failure("the spec holds text that is not valid Unicode");
        }
    }

    private static RunSpecResult Read(JsonElement root)
    {
        var reader = new SpecReader(Empty);
        reader.ReadObject(root, "");
        var spec = reader.Spec;
        foreach (var field in SpecFields.All.Where(f => f.Required && !reader.Seen.Contains(f.Path)))
        {
            reader.Add(field.Path, $"is missing; expected {field.Expectation}");
        }

        if (ModelReader.Read(root, spec.Model.Kind, reader) is { } model)
        {
            spec = spec with { Model = model };
        }

        spec = spec with { Client = spec.Client with { ReportBaseLoss = StrategyKinds.ByName[spec.Strategy.Kind].NeedsBaseLoss } };
        SpecRules.Check(spec, reader);
        return reader.Mistakes.Count == 0 ? new(spec, []) : new(null, [.. reader.Mistakes]);
    }

    private static RunSpecResult Failure(string message) => new(null, [new SpecMistake("", message)]);
}
