using System.Text;
using System.Text.Json;
using FedLearn.Client.Vault.Files;
using FedLearn.Core.Proofs.Merkle;

namespace FedLearn.Client.Vault.Events;

/// <summary>What happened to a vault, as its record tells.</summary>
/// <param name="Lines">The events, oldest first: JSON, one each.</param>
/// <param name="Root">The root of their Merkle tree (RFC 9162), lower-case hex: who keeps it can tell later whether they are still there.</param>
/// <param name="Mistake">What does not hold, or null.</param>
public sealed record VaultHistory(IReadOnlyList<string> Lines, string Root, string? Mistake);

/// <summary>
/// The append-only record of a vault's imports, key rotations and destructions: <c>events.jsonl</c>, an event a line, each with the root of the
/// Merkle tree of the lines before it. So an event that was edited, left out or moved does not fit those behind it; for the last ones somebody
/// must have kept a root.
/// </summary>
internal static class VaultEvents
{
    public const string FileName = "events.jsonl";

    /// <summary>A version is about to become visible.</summary>
    public static void Imported(string vault, DateTimeOffset at, int version, string name) =>
        Append(vault, at, "imported", json =>
        {
            json.WriteString("name", name);
            json.WriteNumber("version", version);
        });

    /// <summary>The keys of versions are about to be destroyed.</summary>
    public static void Destroyed(string vault, DateTimeOffset at, IEnumerable<int> versions) =>
        Append(vault, at, "destroyed", json => json.WriteString("versions", string.Join(',', versions)));

    /// <summary>The data keys are under another key.</summary>
    public static void KeyRotated(string vault, DateTimeOffset at, int keys) => Append(vault, at, "keyRotated", json => json.WriteNumber("keys", keys));

    /// <summary>Reads and verifies the record; that of a vault without one is empty.</summary>
    public static VaultHistory Read(string vault)
    {
        var path = Path.Combine(vault, FileName);
        var (tree, lines, mistake) = (MerkleFrontier.Empty, new List<string>(), (string?)null);
        foreach (var line in WholeLines(File.Exists(path) ? File.ReadAllBytes(path) : []))
        {
            mistake ??= TreeIn(line) == tree.Root.ToString() ? null : $"event {tree.Size} does not fit those before it: one was changed, left out or moved";
            tree = tree.Append(MerkleHash.Leaf(line));
            lines.Add(Encoding.UTF8.GetString(line));
        }

        return new VaultHistory(lines, tree.Root.ToString(), mistake);
    }

    private static void Append(string vault, DateTimeOffset at, string kind, Action<Utf8JsonWriter> more)
    {
        var path = Path.Combine(vault, FileName);
        var lines = WholeLines(File.Exists(path) ? File.ReadAllBytes(path) : []);
        var root = lines.Aggregate(MerkleFrontier.Empty, (tree, line) => tree.Append(MerkleHash.Leaf(line))).Root;
        using var line = new MemoryStream();
        using (var json = new Utf8JsonWriter(line))
        {
            json.WriteStartObject();
            json.WriteNumber("at", at.ToUnixTimeMilliseconds());
            json.WriteString("before", root.ToString());
            json.WriteString("kind", kind);
            more(json);
            json.WriteEndObject();
        }

        DurableFile.Replace(path, [.. lines.SelectMany(l => (byte[])[.. l, (byte)'\n']), .. line.ToArray(), (byte)'\n']);
    }

    private static List<byte[]> WholeLines(ReadOnlySpan<byte> file)
    {
        var lines = new List<byte[]>();
        while (file.IndexOf((byte)'\n') is >= 0 and var end)
        {
            lines.Add(file[..end].ToArray());
            file = file[(end + 1)..];
        }

        return lines;
    }

    private static string? TreeIn(byte[] line)
    {
        try
        {
            using var json = JsonDocument.Parse(line);
            return json.RootElement.GetProperty("before").GetString();
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            return null;
        }
    }
}
