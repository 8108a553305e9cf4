using System.Text;

namespace FedLearn.Client.Vault.Versions;

/// <summary>Where a vault keeps what, and what a sealed file is bound to.</summary>
internal static class VaultLayout
{
    public static string FilesIn(string vault) => Path.Combine(vault, "files");

    public static string TemporaryIn(string vault) => Path.Combine(vault, "tmp");

    public static string FileIn(string vault, string id) => Path.Combine(FilesIn(vault), id + ".sealed");

    /// <summary>The associated data: format, a zero byte, the id of the version it was made for (16 bytes), SHA-256 of the schema (32 bytes).</summary>
    public static byte[] BindingOf(string origin, string schemaDigest) =>
        [.. Encoding.ASCII.GetBytes(VersionStore.CurrentFormat), 0, .. Convert.FromHexString(origin), .. Convert.FromHexString(schemaDigest)];
}
