using FedLearn.Coordinator.Storage.Disks;
using FedLearn.Coordinator.Storage.Sealing;

namespace FedLearn.Coordinator.Storage;

/// <summary>The key under which a data folder's files are sealed.</summary>
public static class StorageKeys
{
    /// <summary>
    /// Wraps the data key of a folder under another storage key; no file of data is written anew. Who has the old key and a copy of the old
    /// <c>storage.keyring</c> still reads what there is.
    /// </summary>
    /// <param name="dataFolder">The data folder; its coordinator is stopped.</param>
    /// <param name="keyFile">The file of the key as it is.</param>
    /// <param name="newKeyFile">The file of the new one; made where it does not exist.</param>
    /// <exception cref="StartupException">Nothing is sealed there, the key is another one, or the coordinator runs.</exception>
    public static void Rotate(string dataFolder, string keyFile, string newKeyFile)
    {
        StorageSealing.ThrowIfPlain(SystemDisk.Instance, Path.GetFullPath(dataFolder));
        using var folder = DataFolder.Open(dataFolder, null, keyFile);
        StorageSealing.Rotate(SystemDisk.Instance, folder.Root, keyFile, newKeyFile);
    }
}
