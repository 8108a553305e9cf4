namespace FedLearn.Client.Vault.Keys;

/// <summary>
/// A folder's lock: many hold it to read and add, one alone to rotate. The operating system releases it when a process ends, however
/// it ends.
/// </summary>
internal static class FolderLock
{
    public static FileStream Shared(string folder, string name = "keyring.lock") =>
        Take(folder, name, FileMode.Open, FileAccess.Read, FileShare.Read);

    public static FileStream Exclusive(string folder, string name = "keyring.lock") =>
        Take(folder, name, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);

    private static FileStream Take(string folder, string name, FileMode mode, FileAccess access, FileShare share)
    {
        try
        {
            return new FileStream(Path.Combine(folder, name), mode, access, share);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new VaultException($"there is no vault at {folder}", e);
        }
        catch (IOException e)
        {
            throw new VaultException($"{folder} is in use by another process ({name} is locked); let it end or stop it, then try again", e);
        }
    }
}
