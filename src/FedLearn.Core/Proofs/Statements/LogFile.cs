using System.Text.Json;
using FedLearn.Core.Proofs.Merkle;

namespace FedLearn.Core.Proofs.Statements;

/// <summary>Verifies an exported log: its entries, one a line, against heads of it that somebody has kept.</summary>
public static class LogFile
{
    /// <summary>What is wrong with a log, or null where it is what the heads counted.</summary>
    /// <param name="entries">The entries, each with a line feed behind it.</param>
    /// <param name="head">The head of the whole log.</param>
    /// <param name="witnessed">Heads from earlier.</param>
    public static string? FindMistake(Stream entries, SignedHead head, IReadOnlyList<SignedHead> witnessed)
    {
        if (head.Verify() is not { } said)
        {
            return "the head is not signed by the key that it names";
        }

        var earlier = witnessed.Select(w => (Signed: w, Said: w.Verify())).OrderBy(w => w.Said?.Size ?? 0).ToList();
        if (earlier.Exists(w => w.Said is null))
        {
            return "a witnessed head is not signed by the key that it names";
        }

        var tree = MerkleFrontier.Empty;
        var keys = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (entry, isWhole) in Lines(entries))
        {
            if (!isWhole)
            {
                return $"entry {tree.Size} is cut off, or longer than {LogEntry.MaxBytes} bytes";
            }

            tree = tree.Append(MerkleHash.Leaf(entry));
            if (KeyIn(entry) is { } key)
            {
                keys.Add(key);
            }

            if (earlier.Find(w => w.Said!.Value.Size == tree.Size && w.Said.Value.Root != tree.Root) is { Said: { } other })
            {
                return $"the first {tree.Size} entries are not those of the witnessed head: their root is {tree.Root}, the head says {other.Root}";
            }
        }

        return earlier.Find(w => w.Said!.Value.Size > tree.Size) is { Said: { } longer } ? $"there are {tree.Size} entries; a witnessed head counted {longer.Size}"
            : tree.Size != said.Size ? $"there are {tree.Size} entries; the head says {said.Size}"
            : tree.Root != said.Root ? $"the entries' root is {tree.Root}; the head says {said.Root}"
            : earlier.Select(w => w.Signed).Append(head).FirstOrDefault(h => !keys.Contains(Convert.ToHexStringLower(h.PublicKey))) is { } stranger
                ? $"the log names no signing key {StatementKey.IdOf(stranger.PublicKey)}, by which a head is signed"
            : null;
    }

    private static IEnumerable<(byte[] Line, bool IsWhole)> Lines(Stream entries)
    {
        using var reader = new BufferedStream(entries, 1 << 16);
        var line = new byte[LogEntry.MaxBytes];
        var length = 0;
        for (var next = reader.ReadByte(); next >= 0; next = reader.ReadByte())
        {
            if (next == '\n')
            {
                yield return (line[..length], true);
                length = 0;
            }
            else if (length == line.Length)
            {
                break;
            }
            else
            {
                line[length++] = (byte)next;
            }
        }

        if (length > 0)
        {
            yield return (line[..length], false);
        }
    }

    private static string? KeyIn(byte[] entry)
    {
        try
        {
            using var json = JsonDocument.Parse(entry);
            return json.RootElement.TryGetProperty("kind", out var kind) && kind.ValueEquals("signingKey") ? json.RootElement.GetProperty("publicKey").GetString() : null;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or KeyNotFoundException)
        {
            return null;
        }
    }
}
