using System.Security.Cryptography;
using FedLearn.Client.Vault.Files;

namespace FedLearn.Client.Vault.Keys;

/// <summary>
/// The wrapped data keys of a folder: <c>keyring.json</c> describes the key-encryption key and names the current set,
/// <c>keys/SET/ID.key</c> holds one wrapped key each. Held open it keeps rotation out; rotation writes a new set and then replaces
/// <c>keyring.json</c>, which is the moment it takes effect.
/// </summary>
internal sealed class KeyRing : IDisposable
{
    public const int DataKeyLength = 32;

    private const string Extension = ".key";

    private readonly FileStream _lock;
    private readonly KeyEncryptionKey _key;
    private readonly string _set;

    private KeyRing(FileStream held, KeyEncryptionKey key, string set) => (_lock, _key, _set) = (held, key, set);

    public static bool Exists(string folder) => File.Exists(KeyRingFile.PathIn(folder));

    /// <summary>Starts an empty ring under the source's key.</summary>
    public static KeyRing Create(string folder, KeySource source)
    {
        DurableFile.CreateFolder(folder);
        using (FolderLock.Exclusive(folder))
        {
            if (Exists(folder))
            {
                throw new VaultException($"{folder} has keys already");
            }

            using var key = source.Create();
            var file = new KeyRingFile(KeyRingFile.CurrentFormat, 1, key.Descriptor);
            DurableFile.CreateFolder(file.SetFolder(folder));
            file.Write(folder);
        }

        return Open(folder, source);
    }

    /// <summary>Opens a folder's ring.</summary>
    /// <exception cref="VaultException">There is none, the key is another one, or the keys are being rotated.</exception>
    public static KeyRing Open(string folder, KeySource source)
    {
        var held = FolderLock.Shared(folder);
        try
        {
            var file = KeyRingFile.Read(folder);
            var key = source.Open(file.Key);
            file.RemoveOtherSets(folder);
            return new KeyRing(held, key, file.SetFolder(folder));
        }
        catch
        {
            held.Dispose();
            throw;
        }
    }

    /// <summary>Puts all keys under another key-encryption key without touching what they seal.</summary>
    /// <returns>How many keys were wrapped anew; 0 where the folder is under the new key already.</returns>
    public static int Rotate(string folder, KeySource current, KeySource next)
    {
        using var held = FolderLock.Exclusive(folder);
        var old = KeyRingFile.Read(folder);
        using var to = next.Create();
        if (to.Descriptor.Id == old.Key.Id)
        {
            return 0;
        }

        using var from = current.Open(old.Key);
        old.RemoveOtherSets(folder);
        var renewed = old with { Set = old.Set + 1, Key = to.Descriptor };
        DurableFile.CreateFolder(renewed.SetFolder(folder));
        var ids = Ids(old.SetFolder(folder));
        foreach (var id in ids)
        {
            var dataKey = Unwrap(from, PathOf(old.SetFolder(folder), id));
            DurableFile.Replace(PathOf(renewed.SetFolder(folder), id), to.Wrap(dataKey));
            CryptographicOperations.ZeroMemory(dataKey);
        }

        renewed.Write(folder);
        renewed.RemoveOtherSets(folder);
        return ids.Length;
    }

    /// <summary>Draws a data key and stores it wrapped. The caller clears it.</summary>
    public byte[] NewKey(string id)
    {
        var dataKey = RandomNumberGenerator.GetBytes(DataKeyLength);
        DurableFile.Replace(PathOf(_set, id), _key.Wrap(dataKey));
        return dataKey;
    }

    /// <summary>A stored data key. The caller clears it.</summary>
    /// <exception cref="VaultException">There is none, or it does not unwrap.</exception>
    public byte[] Unwrap(string id) => Unwrap(_key, PathOf(_set, id));

    public bool Holds(string id) => File.Exists(PathOf(_set, id));

    /// <summary>Makes what the key seals unreadable. A key that is not there is no error.</summary>
    public void Destroy(string id)
    {
        if (Holds(id))
        {
            DurableFile.Shred(PathOf(_set, id));
        }
    }

    /// <summary>Destroys the keys that nothing needs: those of an import that did not end.</summary>
    public void DestroyAllBut(IReadOnlySet<string> needed)
    {
        foreach (var id in Ids(_set).Where(id => !needed.Contains(id)))
        {
            Destroy(id);
        }
    }

    /// <summary>The ids of a folder's keys, which can be had without opening it.</summary>
    public static IReadOnlySet<string> KeysIn(string folder) => Ids(KeyRingFile.Read(folder).SetFolder(folder)).ToHashSet();

    public void Dispose()
    {
        _key.Dispose();
        _lock.Dispose();
    }

    private static string PathOf(string set, string id) => Path.Combine(set, id + Extension);

    private static string[] Ids(string set) => [.. Directory.EnumerateFiles(set, "*" + Extension).Select(f => Path.GetFileNameWithoutExtension(f))];

    private static byte[] Unwrap(KeyEncryptionKey key, string path)
    {
        if (!File.Exists(path))
        {
            throw new VaultException($"the key {path} is gone: the data was destroyed on purpose, or the key must come from a backup");
        }

        return key.TryUnwrap(File.ReadAllBytes(path)) is { Length: DataKeyLength } dataKey
            ? dataKey
            : throw new VaultException($"the key {path} does not unwrap: it was changed or belongs to another vault. Restore it from a backup.");
    }
}
