using System.Globalization;
using System.Text.Json;

namespace FedLearn.Core.Specs;

/// <summary>The JSON type of a spec field.</summary>
public enum SpecType
{
    /// <summary>A 64-bit integer, written without fraction or exponent.</summary>
    Whole,

    /// <summary>A finite number.</summary>
    Number,

    /// <summary>A string.</summary>
    Text,
}

/// <summary>
/// The definition of one field of a run spec. The parser, the writer, the flags of <c>run create</c> and docs/run-spec.md all
/// follow from it.
/// </summary>
public sealed class SpecField
{
    private readonly Func<object, bool> _accepts;
    private readonly Func<RunSpec, object?> _get;
    private readonly Func<RunSpec, object, RunSpec> _with;

    internal SpecField(
        string path, SpecType type, string bounds, string doc, Func<object, bool> accepts, Func<RunSpec, object?> get, Func<RunSpec, object, RunSpec> with)
    {
        (Path, Type, Bounds, Doc) = (path, type, bounds, doc);
        (_accepts, _get, _with) = (accepts, get, with);
    }

    /// <summary>Where the field stands, such as <c>client.batchSize</c>.</summary>
    public string Path { get; }

    /// <summary>The object that holds it: <c>client</c>, or empty for the top level.</summary>
    public string Group => Path.LastIndexOf('.') is >= 0 and var dot ? Path[..dot] : "";

    /// <summary>The name within its object, such as <c>batchSize</c>.</summary>
    public string Name => Path[(Path.LastIndexOf('.') + 1)..];

    /// <summary>The JSON type.</summary>
    public SpecType Type { get; }

    /// <summary>The accepted values in words, such as "from 0 to 10".</summary>
    public string Bounds { get; }

    /// <summary>What it means; one or two sentences.</summary>
    public string Doc { get; }

    /// <summary>The unit, such as "seconds"; empty for a pure number or text.</summary>
    public string Unit { get; init; } = "";

    /// <summary>What the value 0 stands for where that is not a quantity; empty otherwise.</summary>
    public string ZeroMeans { get; init; } = "";

    /// <summary>Whether a spec without it is invalid.</summary>
    public bool Required { get; init; }

    /// <summary>The default as JSON text, or null where the field is required or absent by default.</summary>
    public string? Default => Required || ValueOf(RunSpecParser.Empty) is not { } value ? null : Text(value);

    /// <summary>What a valid value looks like, such as "an integer of at least 0 (0 = the whole set)".</summary>
    public string Expectation
    {
        get
        {
            var noun = Type switch { SpecType.Whole => "an integer", SpecType.Number => "a number", _ => "text:" };
            return $"{noun} {Bounds}{(ZeroMeans.Length > 0 ? $" (0 = {ZeroMeans})" : "")}";
        }
    }

    /// <summary>The field's value in a spec: a <see cref="long"/>, <see cref="double"/> or <see cref="string"/>, or null where it is absent.</summary>
    public object? ValueOf(RunSpec spec) => _get(spec);

    /// <summary>The spec with this field set to a value that <see cref="Read"/> gave.</summary>
    internal RunSpec With(RunSpec spec, object value) => _with(spec, value);

    /// <summary>The value of a JSON element, or null where its type or range is wrong.</summary>
    internal object? Read(JsonElement element)
    {
        object? value = (Type, element.ValueKind) switch
        {
            (SpecType.Whole, JsonValueKind.Number) => element.TryGetInt64(out var integer) ? integer : null,
            (SpecType.Number, JsonValueKind.Number) => element.TryGetDouble(out var number) && double.IsFinite(number) ? number : null,
            (SpecType.Text, JsonValueKind.String) => element.GetString(),
            _ => null,
        };
        return value is not null && _accepts(value) ? value : null;
    }

    private static string Text(object value) => value switch
    {
        string text => $"\"{text}\"",
        double number => number.ToString("R", CultureInfo.InvariantCulture),
        _ => string.Create(CultureInfo.InvariantCulture, $"{value}"),
    };
}
