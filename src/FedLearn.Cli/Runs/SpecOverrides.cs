using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Nodes;
using FedLearn.Core.Specs;

namespace FedLearn.Cli.Runs;

/// <summary>What the command line says over a spec's file: a flag for every field of the table, and <c>--set PATH=JSON</c> for any.</summary>
internal sealed class SpecOverrides
{
    private readonly Option<string[]> _set = new("--set")
    {
        Description = "Sets any field of the spec, such as model.hidden=[64]; null takes it out. What is not JSON is text.",
        HelpName = "PATH=JSON",
        DefaultValueFactory = _ => [],
    };

    private readonly List<(SpecField Field, Option<string> Option)> _flags =
    [
        .. SpecFields.All.Select(f => (f, new Option<string>("--" + f.Path) { Description = Describe(f), HelpName = HelpName(f) })),
    ];

    public void AddTo(Command command)
    {
        command.Add(_set);
        foreach (var (_, option) in _flags)
        {
            command.Add(option);
        }
    }

    /// <summary>Writes what was given into the spec's document.</summary>
    /// <returns>The mistakes of <c>--set</c> itself.</returns>
    public IEnumerable<SpecMistake> Apply(ParseResult result, JsonObject spec)
    {
        foreach (var (field, option) in _flags)
        {
            if (result.GetValue(option) is { } text && Put(spec, field.Path, field.Type == SpecType.Text ? JsonValue.Create(text) : Value(text)) is { } mistake)
            {
                yield return mistake;
            }
        }

        foreach (var assignment in result.GetValue(_set)!)
        {
            var equals = assignment.IndexOf('=');
            if (equals < 1)
            {
                yield return new SpecMistake("--set", $"expected PATH=JSON, got '{assignment}'");
            }
            else if (Put(spec, assignment[..equals], Value(assignment[(equals + 1)..])) is { } mistake)
            {
                yield return mistake;
            }
        }
    }

    /// <summary>Sets the field at a path; gives the mistake where that cannot be.</summary>
    public static SpecMistake? Put(JsonObject spec, string path, JsonNode? value)
    {
        var names = path.Split('.');
        var parent = spec;
        foreach (var name in names[..^1])
        {
            parent[name] ??= new JsonObject();
            if (parent[name] is not JsonObject child)
            {
                return new SpecMistake(path, $"cannot be set: {name} is not an object in the file");
            }

            parent = child;
        }

        parent[names[^1]] = value;
        return null;
    }

    /// <summary>A value as the command line gives it: JSON, or else text.</summary>
    public static JsonNode? Value(string text)
    {
        try
        {
            return JsonNode.Parse(text, documentOptions: RunSpecParser.JsonOptions);
        }
        catch (JsonException)
        {
            return JsonValue.Create(text);
        }
    }

    private static string Describe(SpecField f) =>
        $"{f.Doc} {char.ToUpperInvariant(f.Expectation[0])}{f.Expectation[1..]}.{(f.Default is { } value ? $" Default {value}." : "")}";

    private static string HelpName(SpecField f) => f.Type switch
    {
        SpecType.Whole => "N",
        SpecType.Number => f.Unit == "seconds" ? "SECONDS" : "X",
        _ => "TEXT",
    };
}
