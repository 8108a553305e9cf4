using System.Text.Json;

namespace FedLearn.Core.Proofs.Statements;

/// <summary>What a published version is, in the words that the coordinator signs. The signed bytes go from hand to hand as they are.</summary>
public sealed record ManifestStatement
{
    /// <summary>The first line of the signed bytes.</summary>
    public const string Domain = "fedlearn/version/1";

    /// <summary>The most bytes of a manifest that is taken from outside.</summary>
    public const int MaxBytes = 16 << 10;

    /// <summary>The run.</summary>
    public required string RunId { get; init; }

    /// <summary>The version, from 0.</summary>
    public required int Version { get; init; }

    /// <summary>The round that made it; 0 of version 0.</summary>
    public required int Round { get; init; }

    /// <summary>The hash of its parent's manifest, lower-case hex; empty of version 0.</summary>
    public required string Parent { get; init; }

    /// <summary>The digest of its parameters, lower-case hex.</summary>
    public required string Parameters { get; init; }

    /// <summary>The digests of the vectors of its server state by name, in the run's order.</summary>
    public required IReadOnlyList<KeyValuePair<string, string>> State { get; init; }

    /// <summary>The hash of the manifest of the model's tensors.</summary>
    public required string Model { get; init; }

    /// <summary>SHA-256 of the run's spec, as it is announced, in UTF-8; lower-case hex.</summary>
    public required string Spec { get; init; }

    /// <summary>The spec's strategy with all its settings, as JSON.</summary>
    public required string StrategyJson { get; init; }

    /// <summary>The number of updates that the round accepted.</summary>
    public required int Updates { get; init; }

    /// <summary>The root of the Merkle tree of these updates' receipt statements in canonical client order, lower-case hex.</summary>
    public required string UpdatesRoot { get; init; }

    /// <summary>The hash by which a child names it: SHA-256 of the signed bytes, lower-case hex.</summary>
    public static string HashOf(ReadOnlySpan<byte> statement) => Sha256Value.Of(statement).ToString();

    /// <summary>The bytes that are signed.</summary>
    public byte[] ToBytes() => StatementBytes.Write(Domain, json =>
    {
        json.WriteString("model", Model);
        json.WriteString("parameters", Parameters);
        json.WriteString("parent", Parent);
        json.WriteNumber("round", Round);
        json.WriteString("run", RunId);
        json.WriteString("spec", Spec);
        json.WriteStartObject("state");
        foreach (var (name, digest) in State)
        {
            json.WriteString(name, digest);
        }

        json.WriteEndObject();
        json.WritePropertyName("strategy");
        json.WriteRawValue(StrategyJson);
        json.WriteNumber("updates", Updates);
        json.WriteString("updatesRoot", UpdatesRoot);
        json.WriteNumber("version", Version);
    });

    /// <summary>Reads a statement; null where it is not a manifest.</summary>
    public static ManifestStatement? Read(ReadOnlyMemory<byte> statement)
    {
        if (statement.Length > MaxBytes)
        {
            return null;
        }

        using var document = StatementBytes.Read(Domain, statement);
        try
        {
            return document is { RootElement: var json } ? Read(json) : null;
        }
        catch (Exception e) when (e is KeyNotFoundException or InvalidOperationException or FormatException)
        {
            return null;
        }
    }

    private static ManifestStatement Read(JsonElement json) => new()
    {
        Model = Text(json, "model"),
        Parameters = Text(json, "parameters"),
        Parent = Text(json, "parent"),
        Round = json.GetProperty("round").GetInt32(),
        RunId = Text(json, "run"),
        Spec = Text(json, "spec"),
        State = [.. json.GetProperty("state").EnumerateObject().Select(s => KeyValuePair.Create(s.Name, s.Value.GetString() ?? ""))],
        StrategyJson = json.GetProperty("strategy").GetRawText(),
        Updates = json.GetProperty("updates").GetInt32(),
        UpdatesRoot = Text(json, "updatesRoot"),
        Version = json.GetProperty("version").GetInt32(),
    };

    private static string Text(JsonElement json, string name) => json.GetProperty(name).GetString() ?? throw new FormatException(name);
}
