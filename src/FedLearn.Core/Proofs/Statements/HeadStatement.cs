using System.Text.Json;

namespace FedLearn.Core.Proofs.Statements;

/// <summary>A head of the log, in the words that the coordinator signs: so many entries there are, and this is their root.</summary>
/// <param name="Size">The number of entries.</param>
/// <param name="Root">The root of their Merkle tree.</param>
/// <param name="UnixMs">When it was signed, in milliseconds since 1970-01-01 UTC.</param>
public readonly record struct HeadStatement(long Size, Sha256Value Root, long UnixMs)
{
    /// <summary>The first line of the signed bytes.</summary>
    public const string Domain = "fedlearn/head/1";

    /// <summary>The bytes that are signed.</summary>
    public byte[] ToBytes()
    {
        var head = this;
        return StatementBytes.Write(Domain, json =>
        {
            json.WriteNumber("at", head.UnixMs);
            json.WriteString("root", head.Root.ToString());
            json.WriteNumber("size", head.Size);
        });
    }

    /// <summary>Reads a statement; null where it is not a head.</summary>
    public static HeadStatement? Read(ReadOnlyMemory<byte> statement)
    {
        using var document = StatementBytes.Read(Domain, statement);
        try
        {
            return document is { RootElement: var root }
                && root.GetProperty("size").TryGetInt64(out var size) && size >= 0
                && root.GetProperty("at").TryGetInt64(out var at)
                && Convert.FromHexString(root.GetProperty("root").GetString() ?? "") is { Length: Sha256Value.Size } hash
                    ? new HeadStatement(size, new Sha256Value(hash), at)
                    : null;
        }
        catch (Exception e) when (e is KeyNotFoundException or InvalidOperationException or FormatException or JsonException)
        {
            return null;
        }
    }
}
