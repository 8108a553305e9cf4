using System.Security.Cryptography;
using FedLearn.Client.Vault.Files;
using FedLearn.Client.Vault.Keys;

namespace FedLearn.Client.Vault.Versions;

/// <summary>
/// One import. The order decides what a crash can leave: keys and sealed files first, each durable, then the version list. What no list
/// names is no part of the vault, and the next import removes it.
/// </summary>
internal sealed class VaultImport(string vault, KeyRing ring, TimeProvider time)
{
    public const string LockName = "import.lock";

    private const int RecordsBetweenChecks = 1024;

    public VaultVersion Run(IRecordSource source, ImportOptions options, CancellationToken cancellationToken)
    {
        using var held = FolderLock.Exclusive(vault, LockName);
        PrepareFolders();
        RemoveLeftovers();
        var schemaDigest = Convert.ToHexStringLower(SHA256.HashData(source.Schema.Span));
        var basis = options.Append ? Basis(schemaDigest, source.RecordLength) : null;
        try
        {
            var id = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));
            var files = Seal(source, options, id, schemaDigest, cancellationToken);
            var number = VersionStore.Read(vault).Select(v => v.Number).DefaultIfEmpty().Max() + 1;
            var version = new VaultVersion(
                VersionStore.CurrentFormat, number, id, time.GetUtcNow(), schemaDigest, source.RecordLength, [.. basis?.Files ?? [], .. files]);
            VersionStore.Write(vault, version);
            return version;
        }
        catch
        {
            RemoveLeftovers();
            throw;
        }
    }

    private List<VaultFile> Seal(IRecordSource source, ImportOptions options, string id, string schemaDigest, CancellationToken cancellationToken)
    {
        var split = new TestSplit(options.TestFraction, options.Seed);
        var writers = new RecordWriter?[2];
        using var record = new SecretBuffer(source.RecordLength);
        try
        {
            for (var index = 0L; source.TryRead(record.Span); index++)
            {
                var part = options.Part ?? split.PartOf(index);
                (writers[(int)part] ??= new RecordWriter(vault, ring, part, id, schemaDigest, source)).Write(record.Span);
                if (index % RecordsBetweenChecks == 0)
                {
                    cancellationToken.ThrowIfCancellationRequested();
                }
            }

            List<VaultFile> files = [.. writers.OfType<RecordWriter>().Select(w => w.Commit())];
            return files.Count > 0 ? files : throw new VaultException("the source has no records: nothing was imported");
        }
        finally
        {
            foreach (var writer in writers)
            {
                writer?.Dispose();
            }
        }
    }

    private VaultVersion Basis(string schemaDigest, int recordLength)
    {
        var latest = VersionStore.Find(vault, selector: null);
        if (latest.SchemaDigest != schemaDigest || latest.RecordLength != recordLength)
        {
            throw new VaultException(
                $"cannot append to version {latest.Number}: its schema has SHA-256 {latest.SchemaDigest} ({latest.RecordLength} bytes a record), " +
                $"the source's {schemaDigest} ({recordLength}). Import without append, or use the same schema.");
        }

        return latest.Files.All(f => ring.Holds(f.Id))
            ? latest
            : throw new VaultException($"cannot append to version {latest.Number}: it was destroyed. Import without append.");
    }

    private void PrepareFolders()
    {
        DurableFile.CreateFolder(VaultLayout.FilesIn(vault));
        DurableFile.CreateFolder(VaultLayout.TemporaryIn(vault));
        DurableFile.CreateFolder(VersionStore.FolderIn(vault));
    }

    private void RemoveLeftovers()
    {
        var needed = VersionStore.Read(vault).SelectMany(v => v.Files).Select(f => f.Id).ToHashSet();
        ring.DestroyAllBut(needed);
        var unnamed = Directory.EnumerateFiles(VaultLayout.FilesIn(vault)).Where(f => !needed.Contains(Path.GetFileNameWithoutExtension(f)));
        var unfinished = Directory.EnumerateFiles(VaultLayout.TemporaryIn(vault))
            .Concat(Directory.EnumerateFiles(VersionStore.FolderIn(vault), "*.tmp"));
        foreach (var file in unnamed.Concat(unfinished).ToList())
        {
            DurableFile.Delete(file);
        }
    }
}
