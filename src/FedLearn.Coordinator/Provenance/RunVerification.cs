using FedLearn.Coordinator.Models;
using FedLearn.Coordinator.Rounds;
using FedLearn.Coordinator.Storage;
using FedLearn.Coordinator.Storage.Disks;
using FedLearn.Coordinator.Storage.Sealing;
using FedLearn.Coordinator.Storage.Vectors;
using FedLearn.Core.Proofs;
using FedLearn.Core.Proofs.Statements;
using FedLearn.Core.Specs;

namespace FedLearn.Coordinator.Provenance;

/// <summary>
/// Verifies a run from version 0 on, from its data folder alone: the log and its heads; each version's manifest, its signature, its parent, what it says
/// against the rows, its entry in the log, the digests of its files; each receipt; and, where a round's updates were kept, the version computed from
/// them once more, bit for bit. The coordinator may be running.
/// </summary>
public sealed class RunVerification
{
    private readonly DataFolder _folder;
    private readonly string _runId;
    private readonly RunEvidence _evidence;
    private readonly byte[]? _expectedKey;
    private readonly Action<string> _report;
    private int _mistakes;
    private int _recomputed;

    private RunVerification(DataFolder folder, string runId, byte[]? expectedKey, Action<string> report)
    {
        (_folder, _runId, _expectedKey, _report) = (folder, runId, expectedKey, report);
        _evidence = RunEvidence.Read(folder, runId);
    }

    /// <summary>Verifies a run.</summary>
    /// <param name="dataFolder">The coordinator's data folder, or a backup of it.</param>
    /// <param name="storageKeyFile">The file of the key under which its files are sealed; null where they are not.</param>
    /// <param name="runId">The run.</param>
    /// <param name="expectedKey">The public key (DER) that must have signed everything; null: the keys that the log names.</param>
    /// <param name="report">Is told of each version, and of everything that does not hold.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>How many things do not hold.</returns>
    /// <exception cref="StartupException">There is no such folder or run, or the database cannot be read.</exception>
    public static int Verify(string dataFolder, string? storageKeyFile, string runId, byte[]? expectedKey, Action<string> report, CancellationToken cancellationToken)
    {
        using var folder = DataFolder.OpenToRead(dataFolder, storageKeyFile);
        var verification = new RunVerification(folder, runId, expectedKey, report);
        using var log = verification._evidence.Log;
        verification.Run(cancellationToken);
        return verification._mistakes;
    }

    private void Run(CancellationToken cancellationToken)
    {
        foreach (var mistake in _evidence.Log.Mistakes)
        {
            Mistake(mistake);
        }

        Require(_evidence.Versions.Count > 0, "it has no version");
        StoredVersion? parent = null;
        foreach (var version in _evidence.Versions)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var before = _mistakes;
            CheckManifest(version, parent);
            CheckReceipts(version);
            var held = CheckFiles(version, cancellationToken) && parent is not null && Recompute(version, parent, cancellationToken);
            _report($"version {version.Number}: {(_mistakes > before ? "does NOT hold" : "holds")}{(held ? $", and is bit for bit what its {_evidence.Updates[version.Round].Count()} updates give" : version.IsDeleted ? "; its files were deleted" : "")}");
            parent = version;
        }

        Require(!(_evidence.Log.NewestOf(_runId) > parent?.Number), $"the log tells of version {_evidence.Log.NewestOf(_runId)}; there are versions up to {parent?.Number}");
        _report($"{_evidence.Versions.Count} versions, {_recomputed} of them computed again; {_evidence.Log.Size} entries of the log; "
            + $"signed by {string.Join(", ", _evidence.Log.Keys.Select(k => $"the key {k.Id}"))}; {(_mistakes == 0 ? "everything holds" : $"{_mistakes} things do not hold")}");
    }

    private void CheckManifest(StoredVersion version, StoredVersion? parent)
    {
        Require(version.Number == (parent?.Number ?? -1) + 1, $"version {version.Number} follows version {parent?.Number}: versions are missing");
        Require(version.ParentDigest.AsSpan().SequenceEqual(parent?.Digest ?? []), $"version {version.Number}: its row names another parent than version {parent?.Number}");
        if (version.Manifest is not { } signed || ManifestStatement.Read(signed.Statement) is not { } manifest)
        {
            Mistake($"version {version.Number} has no manifest that can be read");
            return;
        }

        Require(IsSigned(k => k.HasSigned(signed.Statement, signed.Signature)), $"version {version.Number}: its manifest is not signed by a key that counts");
        var described = ProvenanceSigner.Describe(version, parent?.Manifest?.Statement, _evidence.SpecJson, _evidence.Updates[version.Round]);
        Require(manifest.Parent == described.Parent, $"version {version.Number}: its manifest names another parent");
        Require(
            described with { StrategyJson = manifest.StrategyJson, State = manifest.State } == manifest && manifest.State.SequenceEqual(described.State),
            $"version {version.Number}: its manifest does not say what the rows of version, run and updates say");
        Require(
            _evidence.Log.HoldsVersion(_runId, version.Number, ManifestStatement.HashOf(signed.Statement)),
            $"version {version.Number}: the log does not tell of it");
    }

    private void CheckReceipts(StoredVersion version)
    {
        foreach (var update in _evidence.Updates[version.Round])
        {
            Require(
                update.Signature is { } signature && IsSigned(k => signature.IsOf(update.Statement, k)),
                $"version {version.Number}: the receipt of {update.ClientId} in round {update.Round} is not signed by a key that counts");
        }
    }

    private bool IsSigned(Func<StatementKey, bool> hasSigned) =>
        _evidence.Log.Keys.Any(k => (_expectedKey is null || k.PublicKey.AsSpan().SequenceEqual(_expectedKey)) && hasSigned(k));

    /// <summary>The digests of a version's files. False where there are none to look at, or they do not hold.</summary>
    private bool CheckFiles(StoredVersion version, CancellationToken cancellationToken)
    {
        if (version.IsDeleted)
        {
            return false;
        }

        var files = new VersionFiles(_folder);
        return Holds(version.Digest, () => files.OpenVector(version), $"version {version.Number}: its parameters", cancellationToken)
            & version.State.Aggregate(true, (held, s) => held & Holds(s.Digest, () => files.OpenState(version, s.Name), $"version {version.Number}: its state '{s.Name}'", cancellationToken));
    }

    private bool Holds(byte[] expected, Func<VectorReader> open, string what, CancellationToken cancellationToken)
    {
        try
        {
            using var vector = open();
            using var digest = new BlockDigest();
            var buffer = new byte[BlockDigest.BlockSize];
            for (var block = 0; block < vector.BlockCount; block++)
            {
                cancellationToken.ThrowIfCancellationRequested();
                digest.Append(buffer.AsSpan(0, vector.Read(block, buffer)));
            }

            return Require(digest.Finish().AsSpan().SequenceEqual(expected), $"{what} do not have the digest that its row says");
        }
        catch (Exception e) when (e is StoredDataException or IOException)
        {
            return Mistake($"{what} cannot be read: {e.Message}");
        }
    }

    /// <summary>Computes a version from its round's updates once more. False where they were not kept, or it does not hold.</summary>
    private bool Recompute(StoredVersion version, StoredVersion parent, CancellationToken cancellationToken)
    {
        var updates = _evidence.Updates[version.Round].ToList();
        if (parent.IsDeleted || updates.Count == 0 || updates.Exists(u => !File.Exists(Path.Combine(_folder.RoundOf(_runId, u.Round), u.FileName))))
        {
            return false;
        }

        var scratch = Directory.CreateTempSubdirectory("fedlearn-verify-").FullName;
        try
        {
            using var target = DataFolder.Open(scratch, StorageSealing.Temporary(SystemDisk.Instance, scratch));
            var spec = RunSpecParser.Parse(_evidence.SpecJson).Spec ?? throw new StoredDataException("the run's spec does not parse");
            var again = ModelStore.Aggregate(_folder, new VersionFiles(_folder, target), _ => { }, _runId, spec, parent, version.Round, updates, cancellationToken);
            _recomputed++;
            return Require(
                again.Digest.AsSpan().SequenceEqual(version.Digest) && again.State.Zip(version.State).All(s => s.First.Digest.AsSpan().SequenceEqual(s.Second.Digest)),
                $"version {version.Number} is not what its {updates.Count} updates give: {Convert.ToHexStringLower(again.Digest)}, published {Convert.ToHexStringLower(version.Digest)}");
        }
        catch (Exception e) when (e is StoredDataException or IOException)
        {
            return Mistake($"version {version.Number} cannot be computed again: {e.Message}");
        }
        finally
        {
            Directory.Delete(scratch, recursive: true);
        }
    }

    private bool Require(bool holds, string otherwise) => holds || Mistake(otherwise);

    private bool Mistake(string what)
    {
        _mistakes++;
        _report(what);
        return false;
    }
}
