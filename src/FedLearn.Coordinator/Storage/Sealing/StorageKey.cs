using System.Security.Cryptography;
using FedLearn.Coordinator.Storage.Disks;
using FedLearn.Core.Sealing;

namespace FedLearn.Coordinator.Storage.Sealing;

/// <summary>The key that wraps the coordinator's data key: 32 random bytes in a file that only its owner may read, as a vault's key file.</summary>
internal sealed class StorageKey : IDisposable
{
    private readonly byte[] _key;

    private StorageKey(byte[] key) => _key = key;

    /// <summary>16 hex digits that tell one key from another.</summary>
    public string Id => KeyId.Of(_key);

    /// <summary>Reads a key.</summary>
    /// <exception cref="StartupException">There is none, it is none, or others may read it.</exception>
    public static StorageKey Read(string path)
    {
        if (!File.Exists(path))
        {
            throw new StartupException($"there is no storage key at {path} (--storage-key-file)");
        }

        OwnerFile.RefuseOthers(path, $"the storage key at {path}, and so every model and update");
        try
        {
            var key = File.ReadAllBytes(path);
            return key.Length == UnitSeal.KeyLength
                ? new StorageKey(key)
                : throw new StartupException($"the storage key {path} must hold {UnitSeal.KeyLength} random bytes, not {key.Length}");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new StartupException($"the storage key {path} cannot be read: {e.Message}", e);
        }
    }

    /// <summary>The same; makes the file where there is none.</summary>
    public static StorageKey ReadOrCreate(string path)
    {
        try
        {
            if (!File.Exists(path))
            {
                OwnerFile.Create(path, RandomNumberGenerator.GetBytes(UnitSeal.KeyLength));
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new StartupException($"the storage key {path} cannot be made: {e.Message}", e);
        }

        return Read(path);
    }

    public byte[] Wrap(byte[] dataKey) => KeyWrap.Wrap(_key, dataKey);

    /// <summary>The data key, or null where it was wrapped under another key or was changed.</summary>
    public byte[]? TryUnwrap(byte[] wrapped) => KeyWrap.TryUnwrap(_key, wrapped);

    public void Dispose() => CryptographicOperations.ZeroMemory(_key);
}
