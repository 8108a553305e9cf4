using System.Security.Cryptography;
using System.Text.Json;
using FedLearn.Coordinator.Storage.Disks;
using FedLearn.Core.Sealing;

namespace FedLearn.Coordinator.Storage.Sealing;

/// <summary>The content of <c>storage.keyring</c>: the data key under which the files of a data folder lie, wrapped. Nothing in it is secret.</summary>
/// <param name="Format">The layout's name and version.</param>
/// <param name="KeyId">The id of the storage key that wraps it.</param>
/// <param name="WrappedKey">The data key under that (RFC 5649).</param>
/// <param name="IsComplete">False while files from before it are being sealed.</param>
internal sealed record StorageKeyRing(string Format, string KeyId, byte[] WrappedKey, bool IsComplete)
{
    /// <summary>The file's name in the data folder.</summary>
    public const string FileName = "storage.keyring";

    private const string CurrentFormat = "fedlearn-storage/1";

    private static readonly JsonSerializerOptions s_json = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    /// <summary>A new data key under a storage key.</summary>
    public static StorageKeyRing Create(StorageKey key, bool isComplete)
    {
        var dataKey = RandomNumberGenerator.GetBytes(UnitSeal.KeyLength);
        var ring = new StorageKeyRing(CurrentFormat, key.Id, key.Wrap(dataKey), isComplete);
        CryptographicOperations.ZeroMemory(dataKey);
        return ring;
    }

    /// <summary>Reads a data folder's, or null where it has none: its files are not sealed.</summary>
    /// <exception cref="StartupException">It is damaged, or a newer program's.</exception>
    public static StorageKeyRing? Find(IDisk disk, string root)
    {
        var path = Path.Combine(root, FileName);
        if (!disk.FileExists(path))
        {
            return null;
        }

        try
        {
            return JsonSerializer.Deserialize<StorageKeyRing>(disk.ReadAll(path), s_json) is { Format: CurrentFormat, KeyId: not null, WrappedKey: not null } ring
                ? ring
                : throw new StartupException($"{path} must have format {CurrentFormat}; it is damaged, or a newer program wrote it: restore it from a backup");
        }
        catch (JsonException e)
        {
            throw new StartupException($"{path} is damaged: {e.Message} Restore it from a backup", e);
        }
    }

    /// <summary>The data key.</summary>
    /// <exception cref="StartupException">The storage key is another one, or the ring was changed.</exception>
    public byte[] Unwrap(StorageKey key, string root) => key.Id != KeyId
        ? throw new StartupException($"wrong storage key: the files in {root} are sealed under the key with id {KeyId}, this one's is {key.Id}")
        : key.TryUnwrap(WrappedKey)
            ?? throw new StartupException($"{Path.Combine(root, FileName)} is damaged: its data key does not unwrap. Restore it from a backup");

    /// <summary>The same data key under another storage key. No file of data is written anew.</summary>
    public StorageKeyRing WrapAnew(StorageKey old, StorageKey key, string root)
    {
        var dataKey = Unwrap(old, root);
        var ring = this with { KeyId = key.Id, WrappedKey = key.Wrap(dataKey) };
        CryptographicOperations.ZeroMemory(dataKey);
        return ring;
    }

    /// <summary>Writes it, durably and whole.</summary>
    public void Write(IDisk disk, string root)
    {
        var path = Path.Combine(root, FileName);
        using (var file = disk.OpenWrite($"{path}.part"))
        {
            file.SetLength(0);
            file.Write(JsonSerializer.SerializeToUtf8Bytes(this, s_json), 0);
            file.Sync();
        }

        disk.RenameDurably($"{path}.part", path);
    }
}
