using System.Buffers;
using System.Security.Cryptography;
using System.Text;
using FedLearn.Client.Vault.Files;
using FedLearn.Client.Vault.Keys;

namespace FedLearn.Client.Vault;

/// <summary>
/// A folder of sealed files by name: what a worker keeps besides its samples, from its token to pending updates of any length. Each
/// file is sealed under the store's key with a salt of its own and bound to its name, so that one cannot stand in for another. One
/// process at a time; readers and writers of different names may work side by side.
/// </summary>
public sealed class SealedStore : IDisposable
{
    private const string Extension = ".sealed";
    private const string StoreKey = "store";

    private static readonly SearchValues<char> NameCharacters =
        SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.");

    private readonly string _folder;
    private readonly string _temporary;
    private readonly FileStream _lock;
    private readonly KeyRing _ring;
    private readonly byte[] _key;

    private SealedStore(string folder, FileStream held, KeyRing ring, byte[] key)
    {
        (_folder, _lock, _ring, _key) = (folder, held, ring, key);
        _temporary = Path.Combine(folder, "tmp");
    }

    /// <summary>The names of the files in the store, in ordinal order.</summary>
    public IReadOnlyList<string> Names =>
    [
        .. Directory.EnumerateFiles(_folder, "*" + Extension).Select(f => Path.GetFileNameWithoutExtension(f)).Order(StringComparer.Ordinal),
    ];

    /// <summary>Opens a store and removes what an interrupted write left behind; creates the store where there is none.</summary>
    /// <param name="folder">The store's folder; created where missing.</param>
    /// <param name="source">The key-encryption key. A store that is written and read needs one that reads.</param>
    /// <exception cref="VaultException">The key is another one, or another process has the store open.</exception>
    public static SealedStore Open(string folder, KeySource source)
    {
        DurableFile.CreateFolder(folder);
        var held = FolderLock.Exclusive(folder, "store.lock");
        KeyRing? ring = null;
        try
        {
            ring = KeyRing.Exists(folder) ? KeyRing.Open(folder, source) : KeyRing.Create(folder, source);
            // Only an empty store may draw its key: where files lie without one, the missing key is what must be reported.
            var isNew = !ring.Holds(StoreKey) && !Directory.EnumerateFiles(folder, "*" + Extension).Any();
            var store = new SealedStore(folder, held, ring, isNew ? ring.NewKey(StoreKey) : ring.Unwrap(StoreKey));
            store.ClearTemporary();
            return store;
        }
        catch
        {
            ring?.Dispose();
            held.Dispose();
            throw;
        }
    }

    /// <summary>Puts a closed store under another key-encryption key; its files are not touched.</summary>
    /// <returns>How many keys were wrapped anew; 0 where the store is under the new key already.</returns>
    /// <exception cref="VaultException">The current key is another one, or a process has the store open.</exception>
    public static int RotateKey(string folder, KeySource current, KeySource next) => KeyRing.Rotate(folder, current, next);

    /// <summary>Starts a file. It appears, whole and durable, at <see cref="SealedWriteStream.Commit"/>, over an older one of the name.</summary>
    /// <param name="name">1 to 200 of A-Z, a-z, 0-9, '-', '_' and '.', not starting with a dot.</param>
    public SealedWriteStream OpenWrite(string name) => OpenWrite(name, durable: true, expected: 0);

    /// <summary>Opens a file for reading; the stream seeks. Damage shows as <see cref="VaultException"/> at the segment it is in.</summary>
    /// <exception cref="VaultException">There is no such file, or it was cut.</exception>
    public Stream OpenRead(string name) => new SealedReadStream(OpenFile(name));

    /// <summary>Writes a small file at once.</summary>
    public void WriteAll(string name, ReadOnlySpan<byte> content)
    {
        using var file = OpenWrite(name);
        file.Write(content);
        file.Commit();
    }

    /// <summary>A small file's content, or null where there is none of this name.</summary>
    /// <exception cref="VaultException">The file is damaged.</exception>
    public byte[]? ReadAll(string name)
    {
        if (!Exists(name))
        {
            return null;
        }

        using var file = OpenRead(name);
        var content = new byte[file.Length];
        file.ReadExactly(content);
        return content;
    }

    /// <summary>Whether there is a file of this name.</summary>
    public bool Exists(string name) => File.Exists(PathOf(name));

    /// <summary>Removes a file durably; one that is not there is no error.</summary>
    public void Delete(string name) => Delete(name, durable: true);

    /// <summary>Closes the store and forgets its key. Streams that are open stay usable.</summary>
    public void Dispose()
    {
        CryptographicOperations.ZeroMemory(_key);
        _ring.Dispose();
        _lock.Dispose();
    }

    /// <param name="name">The file's name.</param>
    /// <param name="durable">Whether it must survive a power cut, and not the process alone.</param>
    /// <param name="expected">How many bytes are going to be written, roughly; 0 where it is not known.</param>
    internal SealedWriteStream OpenWrite(string name, bool durable, long expected) =>
        new(PathOf(name), _temporary, _key, BindingOf(name), new SealedWriting(durable, expected, IsDigested: false));

    /// <summary>Opens a file for reading at any place.</summary>
    /// <exception cref="VaultException">There is no such file, or it was cut.</exception>
    internal SealedFile OpenFile(string name) => SealedFile.Open(PathOf(name), _key, BindingOf(name));

    internal void Delete(string name, bool durable)
    {
        if (durable)
        {
            DurableFile.Delete(PathOf(name));
        }
        else
        {
            File.Delete(PathOf(name));
        }
    }

    private static byte[] BindingOf(string name) => [.. "fedlearn-store/1\0"u8, .. Encoding.UTF8.GetBytes(name)];

    private string PathOf(string name)
    {
        if (name.Length is 0 or > 200 || name[0] == '.' || name.AsSpan().ContainsAnyExcept(NameCharacters))
        {
            throw new ArgumentException($"a name of 1 to 200 of A-Z, a-z, 0-9, '-', '_', '.' is expected, not '{name}'", nameof(name));
        }

        return Path.Combine(_folder, name + Extension);
    }

    private void ClearTemporary()
    {
        DurableFile.CreateFolder(_temporary);
        foreach (var file in Directory.EnumerateFiles(_temporary))
        {
            File.Delete(file);
        }
    }
}
