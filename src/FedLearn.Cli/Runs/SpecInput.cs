using System.Text.Json;
using System.Text.Json.Nodes;
using FedLearn.Cli.Shell;
using FedLearn.Core.Models;
using FedLearn.Core.Specs;
using FedLearn.Training.Models;

namespace FedLearn.Cli.Runs;

/// <summary>
/// From a spec as a person writes it to the spec as the coordinator takes it: the command line over the file, and the tensors of
/// a built-in model kind.
/// </summary>
internal static class SpecInput
{
    private const string Tensors = "model.tensors";

    /// <summary>Reads a spec's file (none: an empty spec) as far as its syntax.</summary>
    public static JsonObject ReadFile(string? path)
    {
        if (path is null)
        {
            return [];
        }

        if (new FileInfo(path) is { Exists: true, Length: > RunSpecParser.MaxBytes } large)
        {
            throw new CliException($"{path}: a spec has at most {RunSpecParser.MaxBytes:N0} bytes, this one has {large.Length:N0}", ExitCode.Usage);
        }

        return Parse(ReadText(path), path);
    }

    /// <summary>Completes a spec and checks all of it.</summary>
    /// <param name="document">The spec with what the command line says; is completed in place.</param>
    /// <param name="mistakes">Mistakes that are known already.</param>
    /// <returns>The spec's canonical JSON.</returns>
    /// <exception cref="CliException">There are mistakes; the message lists all of them.</exception>
    public static string Complete(JsonObject document, IEnumerable<SpecMistake> mistakes)
    {
        var known = mistakes.Concat(FillTensors(document)).ToList();
        var result = RunSpecParser.Parse(document.ToJsonString());
        var all = known.Concat(result.Mistakes.Where(m => m.Path != Tensors || known.Count == 0)).ToList();
        return all.Count == 0
            ? RunSpecWriter.Write(result.Spec!)
            : throw new CliException(
                $"the spec has {all.Count} {(all.Count == 1 ? "mistake" : "mistakes")} (`fedlearn run spec` explains every field):\n  {string.Join("\n  ", all)}",
                ExitCode.Usage);
    }

    /// <summary>Fills in <c>model.tensors</c> of a built-in kind, where they are missing.</summary>
    /// <returns>The mistakes of the model, for which they cannot be made.</returns>
    public static IReadOnlyList<SpecMistake> FillTensors(JsonObject document)
    {
        if (document["model"] is not JsonObject model || model["tensors"] is not null
            || model["kind"] is not JsonValue kind || kind.GetValueKind() != JsonValueKind.String || !ModelRegistry.IsBuiltIn(kind.GetValue<string>()))
        {
            return [];
        }

        using var element = JsonDocument.Parse(model.ToJsonString());
        var created = ModelRegistry.Create(element.RootElement);
        if (!created.Ok)
        {
            return [.. created.Errors.Select(e => new SpecMistake(e.Path, $"expected {e.Expected}, got {e.Found}"))];
        }

        model["tensors"] = ToNode(created.Definition.Manifest);
        return [];
    }

    private static JsonNode? ToNode(ModelManifest manifest)
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            TensorsJson.Write(writer, manifest);
        }

        return JsonNode.Parse(buffer.GetBuffer().AsSpan(0, (int)buffer.Length));
    }

    private static JsonObject Parse(byte[] json, string path)
    {
        try
        {
            // Strict about names that stand twice, which a JsonObject could not hold.
            var options = RunSpecParser.JsonOptions with { AllowDuplicateProperties = false };
            return JsonNode.Parse(json, documentOptions: options) as JsonObject
                ?? throw new CliException($"{path}: expected an object {{...}}", ExitCode.Usage);
        }
        catch (JsonException)
        {
            // The parser of specs words it for people.
            throw new CliException($"{path}: {RunSpecParser.Parse(json).MistakesText}", ExitCode.Usage);
        }
    }

    private static byte[] ReadText(string path)
    {
        try
        {
            return File.ReadAllBytes(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CliException($"cannot read the spec: {e.Message}", ExitCode.Usage);
        }
    }
}
