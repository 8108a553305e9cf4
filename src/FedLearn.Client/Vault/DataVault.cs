using FedLearn.Client.Vault.Events;
using FedLearn.Client.Vault.Files;
using FedLearn.Client.Vault.Keys;
using FedLearn.Client.Vault.Versions;

namespace FedLearn.Client.Vault;

/// <summary>
/// A participant's data, encrypted at rest (docs/vault-format.md). Every change is whole or has not happened: sealed files and keys are
/// made durable first, and the version list that names them last. Open it as long as needed; several processes may read and import, and
/// only rotation wants the vault to itself.
/// </summary>
public sealed class DataVault : IDisposable
{
    private readonly KeyRing _ring;
    private readonly TimeProvider _time;

    private DataVault(string folder, KeyRing ring, TimeProvider time) => (Folder, _ring, _time) = (folder, ring, time);

    /// <summary>The vault's folder.</summary>
    public string Folder { get; }

    /// <summary>All versions, oldest first; those destroyed too.</summary>
    /// <exception cref="VaultException">A version list is damaged.</exception>
    public IReadOnlyList<VaultVersion> Versions => VersionStore.Read(Folder);

    /// <summary>Whether there is a vault in a folder.</summary>
    public static bool Exists(string folder) => KeyRing.Exists(folder);

    /// <summary>Creates an empty vault.</summary>
    /// <param name="folder">Its folder; created where missing.</param>
    /// <param name="source">The key-encryption key; a key file that does not exist is created.</param>
    /// <param name="time">The clock for the versions' dates.</param>
    /// <exception cref="VaultException">There is a vault already, or the key cannot be had.</exception>
    public static DataVault Create(string folder, KeySource source, TimeProvider time) => new(folder, KeyRing.Create(folder, source), time);

    /// <summary>Opens a vault.</summary>
    /// <exception cref="VaultException">There is none, the key is another one, or the vault's key is just being rotated.</exception>
    public static DataVault Open(string folder, KeySource source, TimeProvider time) => new(folder, KeyRing.Open(folder, source), time);

    /// <summary>All versions of a vault and whether each can still be read, which takes no key.</summary>
    /// <exception cref="VaultException">There is no vault, or a list is damaged.</exception>
    public static IReadOnlyList<(VaultVersion Version, bool Destroyed)> List(string folder)
    {
        var keys = KeyRing.KeysIn(folder);
        return [.. VersionStore.Read(folder).Select(v => (v, !v.Files.All(f => keys.Contains(f.Id))))];
    }

    /// <summary>Puts all data keys under another key-encryption key. No sealed byte is rewritten.</summary>
    /// <returns>How many keys were wrapped anew; 0 where the vault is under the new key already.</returns>
    /// <exception cref="VaultException">The current key is another one or cannot read, or the vault is open somewhere.</exception>
    public static int RotateKey(string folder, KeySource current, KeySource next, TimeProvider? time = null)
    {
        var keys = KeyRing.Rotate(folder, current, next);
        if (keys > 0)
        {
            VaultEvents.KeyRotated(folder, (time ?? TimeProvider.System).GetUtcNow(), keys);
        }

        return keys;
    }

    /// <summary>
    /// What happened to a vault: imports, key rotations, destructions, of which the first and the last are written down before they take effect. Takes
    /// no key. A vault that is older than this record has what came since.
    /// </summary>
    public static VaultHistory ReadHistory(string folder) =>
        Exists(folder) ? VaultEvents.Read(folder) : throw new VaultException($"there is no vault at {folder}: no keyring.json");

    /// <summary>The version that a person names.</summary>
    /// <param name="selector">Its number, its public name or at least 6 characters of it; null for the latest.</param>
    /// <exception cref="VaultException">There is no such version.</exception>
    public VaultVersion Find(string? selector = null) => VersionStore.Find(Folder, selector);

    /// <summary>Seals a source as a new version. If it fails at any place, nothing has changed.</summary>
    /// <exception cref="InvalidDataException">The source is damaged.</exception>
    /// <exception cref="VaultException">The source is empty, cannot be appended, or another import is going on.</exception>
    public VaultVersion Import(IRecordSource source, ImportOptions options, CancellationToken cancellationToken = default) =>
        Import([new ImportPart(source)], options, progress: null, cancellationToken);

    /// <summary>Seals sources of one schema as one new version. If it fails at any place, nothing has changed.</summary>
    /// <param name="parts">At least one source, read one after another.</param>
    /// <param name="options">How.</param>
    /// <param name="progress">Told now and then, and with the final counts before the version becomes visible.</param>
    /// <param name="cancellationToken">Ends the import; no version is made.</param>
    /// <exception cref="InvalidDataException">A source is damaged.</exception>
    /// <exception cref="VaultException">The sources are empty or differ in their schema, cannot be appended, or another import is going on.</exception>
    public VaultVersion Import(IReadOnlyList<ImportPart> parts, ImportOptions options, IProgress<ImportCount>? progress = null, CancellationToken cancellationToken = default) =>
        new VaultImport(Folder, _ring, _time, progress).Run(parts, options, cancellationToken);

    /// <summary>Opens the records of one part; with no such records the reader is empty.</summary>
    /// <exception cref="VaultException">A file is damaged, missing or destroyed, or this key only adds data.</exception>
    public RecordReader OpenPart(VaultVersion version, DataPart part)
    {
        var files = new List<RecordFile>();
        try
        {
            files.AddRange(version.Files.Where(f => f.Part == part).Select(f => RecordFile.Open(Folder, _ring, version, f)));
            return new RecordReader(version, part, files, ReadSchema(version));
        }
        catch
        {
            files.ForEach(f => f.Dispose());
            throw;
        }
    }

    /// <summary>The schema of a version.</summary>
    /// <exception cref="VaultException">A file is damaged, missing or destroyed, or this key only adds data.</exception>
    public byte[] ReadSchema(VaultVersion version)
    {
        using var file = RecordFile.Open(Folder, _ring, version, version.Files[0]);
        return file.ReadSchema();
    }

    /// <summary>Opens each file as far as its sealed manifest: counts, and problems that show at once.</summary>
    public IReadOnlyList<FileReport> Describe(VaultVersion version) => Inspect(version, _ => { });

    /// <summary>Reads each file whole: its digest against the list, and every segment against its tag.</summary>
    public IReadOnlyList<FileReport> Verify(VaultVersion version) => Inspect(version, file =>
    {
        file.CheckDigest();
        file.OpenAll();
    });

    /// <summary>
    /// Makes a version unreadable for good: shreds the wrapped keys of its files, and then deletes the sealed bytes. Versions that list
    /// the same files go with it.
    /// </summary>
    /// <returns>The numbers of all versions that can no longer be read because of it.</returns>
    /// <exception cref="VaultException">An import is going on.</exception>
    public IReadOnlyList<int> Destroy(VaultVersion version)
    {
        using var held = FolderLock.Exclusive(Folder, VaultImport.LockName);
        VaultEvents.Destroyed(Folder, _time.GetUtcNow(), AffectedBy(version));
        foreach (var file in version.Files)
        {
            _ring.Destroy(file.Id);
        }

        foreach (var file in version.Files)
        {
            DurableFile.Delete(VaultLayout.FileIn(Folder, file.Id));
        }

        return AffectedBy(version);
    }

    /// <summary>The numbers of the versions that share a file with this one, itself included.</summary>
    public IReadOnlyList<int> AffectedBy(VaultVersion version)
    {
        var ids = version.Files.Select(f => f.Id).ToHashSet();
        return [.. Versions.Where(v => v.Files.Any(f => ids.Contains(f.Id))).Select(v => v.Number)];
    }

    /// <summary>Closes the vault and forgets its key. Readers that are open stay usable.</summary>
    public void Dispose() => _ring.Dispose();

    private List<FileReport> Inspect(VaultVersion version, Action<RecordFile> look)
    {
        var reports = new List<FileReport>();
        foreach (var listed in version.Files)
        {
            try
            {
                using var file = RecordFile.Open(Folder, _ring, version, listed);
                look(file);
                reports.Add(new FileReport(listed, file.Trailer.Records, file.Trailer.Segments, null));
            }
            catch (VaultException e)
            {
                reports.Add(new FileReport(listed, 0, 0, e.Message));
            }
        }

        return reports;
    }
}
