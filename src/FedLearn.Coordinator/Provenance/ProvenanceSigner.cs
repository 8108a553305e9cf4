using System.Text;
using System.Text.Json;
using FedLearn.Coordinator.Rounds;
using FedLearn.Core.Proofs;
using FedLearn.Core.Proofs.Merkle;
using FedLearn.Core.Proofs.Statements;
using FedLearn.Core.Specs;

namespace FedLearn.Coordinator.Provenance;

/// <summary>Signs receipts, and what versions are made of.</summary>
internal sealed class ProvenanceSigner(SigningKey key)
{
    /// <summary>The digest of a spec as manifests and the log name it.</summary>
    public static string DigestOf(string specJson) => Sha256Value.Of(Encoding.UTF8.GetBytes(specJson)).ToString();

    /// <summary>Signs the receipts of updates that are committed together: one signature for all of them, since it costs more than all else of a small update.</summary>
    public void SignReceipts(IReadOnlyList<SealedUpdate> updates)
    {
        var signatures = ReceiptSignature.Sign([.. updates.Select(u => u.Statement.ToBytes())], s => key.Sign(s));
        for (var i = 0; i < updates.Count; i++)
        {
            updates[i].Signature = signatures[i];
        }
    }

    /// <summary>The version with its signed manifest.</summary>
    /// <param name="version">The version, its files durable.</param>
    /// <param name="parent">The version that it was made from, with its manifest; null of version 0.</param>
    /// <param name="specJson">The run's spec as it is announced.</param>
    /// <param name="updates">The updates that its round accepted.</param>
    public StoredVersion Sign(StoredVersion version, StoredVersion? parent, string specJson, IEnumerable<SealedUpdate> updates)
    {
        var statement = Describe(version, parent?.Manifest?.Statement, specJson, updates).ToBytes();
        return version with { Manifest = new SignedBytes(statement, key.Sign(statement)) };
    }

    /// <summary>What the manifest of a version says.</summary>
    /// <param name="version">The version.</param>
    /// <param name="parentManifest">Its parent's manifest; null of version 0.</param>
    /// <param name="specJson">The run's spec.</param>
    /// <param name="updates">The updates that its round accepted.</param>
    public static ManifestStatement Describe(StoredVersion version, byte[]? parentManifest, string specJson, IEnumerable<SealedUpdate> updates)
    {
        var receipts = updates.OrderBy(u => u.ClientId, StringComparer.Ordinal).Select(u => u.Statement.ToBytes()).ToList();
        return new ManifestStatement
        {
            RunId = version.RunId,
            Version = version.Number,
            Round = version.Round,
            Parent = parentManifest is null ? "" : ManifestStatement.HashOf(parentManifest),
            Parameters = Convert.ToHexStringLower(version.Digest),
            State = [.. version.State.Select(s => KeyValuePair.Create(s.Name, Convert.ToHexStringLower(s.Digest)))],
            Model = version.ManifestHash,
            Spec = DigestOf(specJson),
            StrategyJson = StrategyOf(specJson),
            Updates = receipts.Count,
            UpdatesRoot = MerkleLeaves.RootOf(receipts).ToString(),
        };
    }

    private static string StrategyOf(string specJson)
    {
        var spec = RunSpecParser.Parse(specJson).Spec ?? throw new InvalidOperationException("the spec of a run parses");
        using var whole = JsonDocument.Parse(RunSpecWriter.Write(spec));
        return whole.RootElement.GetProperty("strategy").GetRawText();
    }
}
