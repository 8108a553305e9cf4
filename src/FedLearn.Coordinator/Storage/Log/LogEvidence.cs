using System.Text.Json;
using FedLearn.Core.Proofs;
using FedLearn.Core.Proofs.Merkle;
using FedLearn.Core.Proofs.Statements;
using Microsoft.EntityFrameworkCore;

namespace FedLearn.Coordinator.Storage.Log;

/// <summary>The whole log of a data folder, read once and verified: its tree, its heads, and what it holds.</summary>
internal sealed class LogEvidence : IDisposable
{
    private readonly HashSet<(string Run, int Version, string Manifest)> _versions = [];
    private readonly List<StatementKey> _keys = [];
    private readonly List<string> _mistakes = [];

    /// <summary>The number of entries.</summary>
    public long Size { get; private set; }

    /// <summary>What does not hold.</summary>
    public IReadOnlyList<string> Mistakes => _mistakes;

    /// <summary>The keys that the log names.</summary>
    public IReadOnlyList<StatementKey> Keys => _keys;

    public static LogEvidence Read(CoordinatorDb db)
    {
        var evidence = new LogEvidence();
        var heads = db.LogHeads.AsNoTracking().OrderBy(h => h.Size).ToList();
        var (tree, at) = (MerkleFrontier.Empty, 0);
        foreach (var row in db.Log.AsNoTracking().OrderBy(r => r.Number))
        {
            tree = tree.Append(MerkleHash.Leaf(row.Entry));
            evidence.Require(row.Number == tree.Size - 1 && tree.Newest == new Sha256Value(row.Node), $"entry {row.Number} of the log does not fit those before it");
            evidence.Take(row.Entry);
            for (; at < heads.Count && heads[at].Size == tree.Size; at++)
            {
                var head = heads[at];
                evidence.Require(
                    HeadStatement.Read(head.Statement) is { } said && said.Size == tree.Size && said.Root == tree.Root && evidence._keys.Exists(k => k.HasSigned(head.Statement, head.Signature)),
                    $"the log's head of {head.Size} entries does not hold");
            }
        }

        evidence.Require(at == heads.Count, $"the log has {tree.Size} entries; a signed head counts {heads.LastOrDefault()?.Size}");
        evidence.Size = tree.Size;
        return evidence;
    }

    /// <summary>Whether an entry tells of this version.</summary>
    public bool HoldsVersion(string runId, int version, string manifestHash) => _versions.Contains((runId, version, manifestHash));

    /// <summary>The newest version of a run that the log tells of; null where it tells of none.</summary>
    public int? NewestOf(string runId) => _versions.Where(v => v.Run == runId).Max(v => (int?)v.Version);

    public void Dispose() => _keys.ForEach(k => k.Dispose());

    private void Require(bool holds, string otherwise)
    {
        if (!holds)
        {
            _mistakes.Add(otherwise);
        }
    }

    private void Take(byte[] entry)
    {
        try
        {
            using var json = JsonDocument.Parse(entry);
            var kind = json.RootElement.GetProperty("kind");
            if (kind.ValueEquals("versionPublished"))
            {
                _versions.Add((json.RootElement.GetProperty("run").GetString()!, json.RootElement.GetProperty("version").GetInt32(), json.RootElement.GetProperty("manifest").GetString()!));
            }
            else if (kind.ValueEquals("signingKey")
                && StatementKey.TryRead(Convert.FromHexString(json.RootElement.GetProperty("publicKey").GetString() ?? "")) is { } key)
            {
                _keys.Add(key);
            }
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            _mistakes.Add($"an entry of the log cannot be read: {e.Message}");
        }
    }
}
