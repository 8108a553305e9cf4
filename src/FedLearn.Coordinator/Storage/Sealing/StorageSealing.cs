using System.Security.Cryptography;
using FedLearn.Coordinator.Storage.Disks;
using FedLearn.Core.Sealing;

namespace FedLearn.Coordinator.Storage.Sealing;

/// <summary>Decides how the files of a data folder lie on its disk, and brings them there.</summary>
internal static class StorageSealing
{
    private const int PieceSize = 1 << 20;

    /// <summary>
    /// The disk for a data folder that the caller owns. With a storage key every file is sealed: where there are files from before it, they are
    /// sealed first.
    /// </summary>
    /// <param name="disk">The disk below.</param>
    /// <param name="root">The data folder.</param>
    /// <param name="keyFile">The storage key's file, made where it does not exist and nothing is sealed yet; or null.</param>
    /// <exception cref="StartupException">Key and folder do not fit.</exception>
    public static IDisk Own(IDisk disk, string root, string? keyFile)
    {
        if (keyFile is null || StorageKeyRing.Find(disk, root) is not null)
        {
            return Read(disk, root, keyFile, (sealedDisk, ring) => Complete(disk, sealedDisk, root, ring));
        }

        ThrowIfInside(root, keyFile);
        using var key = StorageKey.ReadOrCreate(keyFile);
        var ring = StorageKeyRing.Create(key, isComplete: false);
        ring.Write(disk, root);
        var dataDisk = new SealedDisk(disk, root, ring.Unwrap(key, root));
        Complete(disk, dataDisk, root, ring);
        return dataDisk;
    }

    /// <summary>The disk for a data folder that is only read.</summary>
    /// <exception cref="StartupException">Key and folder do not fit.</exception>
    public static IDisk Read(IDisk disk, string root, string? keyFile) => Read(disk, root, keyFile, (_, ring) =>
    {
        if (!ring.IsComplete)
        {
            throw new StartupException($"the files in {root} are not all sealed yet: start its coordinator once");
        }
    });

    /// <summary>A disk for files that nobody opens again: the key is in memory alone.</summary>
    public static IDisk Temporary(IDisk disk, string root) => new SealedDisk(disk, root, RandomNumberGenerator.GetBytes(UnitSeal.KeyLength));

    /// <summary>Wraps the data key of a folder under another storage key, which is made where it does not exist.</summary>
    /// <exception cref="StartupException">Nothing is sealed there, or the key is another one.</exception>
    public static void Rotate(IDisk disk, string root, string keyFile, string newKeyFile)
    {
        var ring = ThrowIfPlain(disk, root);
        ThrowIfInside(root, newKeyFile);
        using var key = StorageKey.Read(keyFile);
        CryptographicOperations.ZeroMemory(ring.Unwrap(key, root));
        using var newKey = StorageKey.ReadOrCreate(newKeyFile);
        ring.WrapAnew(key, newKey, root).Write(disk, root);
    }

    /// <exception cref="StartupException">Nothing is sealed there.</exception>
    public static StorageKeyRing ThrowIfPlain(IDisk disk, string root) =>
        StorageKeyRing.Find(disk, root) ?? throw new StartupException($"the files in {root} are not sealed: there is no {StorageKeyRing.FileName}");

    private static IDisk Read(IDisk disk, string root, string? keyFile, Action<SealedDisk, StorageKeyRing> check)
    {
        var ring = StorageKeyRing.Find(disk, root);
        if (ring is null)
        {
            return keyFile is null ? disk : throw new StartupException($"a storage key was given, but the files in {root} are not sealed: leave --storage-key-file out");
        }

        if (keyFile is null)
        {
            throw new StartupException($"the files in {root} are sealed under the storage key with id {ring.KeyId}: give its file (--storage-key-file)");
        }

        using var key = StorageKey.Read(keyFile);
        var dataDisk = new SealedDisk(disk, root, ring.Unwrap(key, root));
        check(dataDisk, ring);
        return dataDisk;
    }

    /// <summary>Beside what it opens a key would protect nothing, and no backup could do without it.</summary>
    private static void ThrowIfInside(string root, string keyFile)
    {
        if (Path.GetFullPath(keyFile).StartsWith(Path.TrimEndingDirectorySeparator(root) + Path.DirectorySeparatorChar, StringComparison.Ordinal))
        {
            throw new StartupException($"the storage key {keyFile} would lie in the data folder that it protects; keep it elsewhere");
        }
    }

    private static void Complete(IDisk disk, SealedDisk sealedDisk, string root, StorageKeyRing ring)
    {
        if (!ring.IsComplete)
        {
            SealBelow(disk, sealedDisk, Path.Combine(root, "runs"));
            (ring with { IsComplete = true }).Write(disk, root);
        }
    }

    private static void SealBelow(IDisk disk, SealedDisk sealedDisk, string folder)
    {
        foreach (var path in disk.FilesIn(folder))
        {
            if (path.EndsWith(SealedDisk.Unfinished, StringComparison.Ordinal))
            {
                disk.DeleteFile(path);
            }
            else if (!sealedDisk.IsSealed(path))
            {
                SealOne(disk, sealedDisk, path);
            }
        }

        foreach (var below in disk.FoldersIn(folder))
        {
            SealBelow(disk, sealedDisk, below);
        }
    }

    private static void SealOne(IDisk disk, SealedDisk sealedDisk, string path)
    {
        var unfinished = path + SealedDisk.Unfinished;
        disk.DeleteFile(unfinished);
        using (var plain = disk.OpenRead(path))
        using (var file = sealedDisk.OpenWrite(unfinished))
        {
            var piece = new byte[PieceSize];
            for (var at = 0L; plain.Fill(piece, at, path) is > 0 and var read; at += read)
            {
                file.Write(piece.AsSpan(0, read), at);
            }

            file.Sync();
        }

        disk.RenameDurably(unfinished, path);
    }
}
