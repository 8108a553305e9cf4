using System.Security.Cryptography;
using FedLearn.Client.Vault.Events;
using FedLearn.Client.Vault.Files;
using FedLearn.Client.Vault.Keys;

namespace FedLearn.Client.Vault.Versions;

/// <summary>
/// One import. The order decides what a crash can leave: keys and sealed files first, each durable, then the version list. What no list
/// names is no part of the vault, and the next import removes it.
/// </summary>
internal sealed class VaultImport(string vault, KeyRing ring, TimeProvider time, IProgress<ImportCount>? progress)
{
    public const string LockName = "import.lock";

    private const int RecordsBetweenChecks = 1024;

    public VaultVersion Run(IReadOnlyList<ImportPart> parts, ImportOptions options, CancellationToken cancellationToken)
    {
        var source = OneSchema(parts);
        using var held = FolderLock.Exclusive(vault, LockName);
        PrepareFolders();
        RemoveLeftovers();
        var schemaDigest = Convert.ToHexStringLower(SHA256.HashData(source.Schema.Span));
        var basis = options.Append ? Basis(schemaDigest, source.RecordLength) : null;
        try
        {
            var id = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));
            var files = Seal(parts, options, id, schemaDigest, cancellationToken);
            var number = VersionStore.Read(vault).Select(v => v.Number).DefaultIfEmpty().Max() + 1;
            var version = new VaultVersion(
                VersionStore.CurrentFormat, number, id, time.GetUtcNow(), schemaDigest, source.RecordLength, [.. basis?.Files ?? [], .. files]);
            VaultEvents.Imported(vault, version.Created, number, version.Name);
            VersionStore.Write(vault, version);
            return version;
        }
        catch
        {
            RemoveLeftovers();
            throw;
        }
    }

    private static IRecordSource OneSchema(IReadOnlyList<ImportPart> parts)
    {
        var first = parts.Count > 0 ? parts[0].Source : throw new ArgumentException("at least one source is expected", nameof(parts));
        return parts.All(p => p.Source.RecordLength == first.RecordLength && p.Source.Schema.Span.SequenceEqual(first.Schema.Span))
            ? first
            : throw new VaultException("the sources of one import must have one schema, and these differ: nothing was imported");
    }

    private List<VaultFile> Seal(IReadOnlyList<ImportPart> parts, ImportOptions options, string id, string schemaDigest, CancellationToken cancellationToken)
    {
        var split = new TestSplit(options.TestFraction, options.Seed);
        var writers = new RecordWriter?[2];
        using var record = new SecretBuffer(parts[0].Source.RecordLength);
        try
        {
            var index = 0L;
            foreach (var (source, fixedPart) in parts)
            {
                for (; source.TryRead(record.Span); index++)
                {
                    var part = fixedPart ?? split.PartOf(index);
                    (writers[(int)part] ??= new RecordWriter(vault, ring, part, id, schemaDigest, source)).Write(record.Span);
                    if (index % RecordsBetweenChecks == 0)
                    {
                        cancellationToken.ThrowIfCancellationRequested();
                        progress?.Report(CountOf(writers));
                    }
                }
            }

            progress?.Report(CountOf(writers));
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

    private static ImportCount CountOf(RecordWriter?[] writers) =>
        new(writers[(int)DataPart.Train]?.Records ?? 0, writers[(int)DataPart.Test]?.Records ?? 0);

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
