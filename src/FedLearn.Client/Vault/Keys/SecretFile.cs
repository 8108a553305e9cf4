namespace FedLearn.Client.Vault.Keys;

/// <summary>Reads files that hold a secret, and refuses those that others can read.</summary>
internal static class SecretFile
{
    private const UnixFileMode Others =
        UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.OtherRead | UnixFileMode.OtherWrite;

    public static byte[] Read(string path, string what)
    {
        if (!File.Exists(path))
        {
            throw new VaultException($"there is no {what} at {path}");
        }

        if (!OperatingSystem.IsWindows() && (File.GetUnixFileMode(path) & Others) != 0)
        {
            throw new VaultException($"others may read or change the {what} at {path}; make it yours alone: chmod 600 {path}");
        }

        try
        {
            return File.ReadAllBytes(path);
        }
        catch (UnauthorizedAccessException e)
        {
            throw new VaultException($"the {what} at {path} is not readable for this user", e);
        }
    }
}
