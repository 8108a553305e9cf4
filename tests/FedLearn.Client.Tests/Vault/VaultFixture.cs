using FedLearn.Client.Vault;
using FedLearn.Client.Vault.Keys;
using FedLearn.Client.Vault.Versions;

namespace FedLearn.Client.Tests.Vault;

/// <summary>A vault in a folder of its own, under a key file.</summary>
internal sealed class VaultFixture : IDisposable
{
    private readonly TempFolder _temp = new();

    public VaultFixture() => DataVault.Create(Folder, Key, TimeProvider.System).Dispose();

    public string Folder => _temp.File("vault");

    public KeySource Key => KeySource.FromKeyFile(_temp.File("key"));

    public DataVault Open(KeySource? key = null) => DataVault.Open(Folder, key ?? Key, TimeProvider.System);

    public string File(string name) => _temp.File(name);

    public string PathOf(VaultFile file) => Path.Combine(Folder, "files", file.Id + ".sealed");

    public Dictionary<string, byte[]> Snapshot() => _temp.Snapshot();

    public VaultVersion Import(IRecordSource source, ImportOptions? options = null, KeySource? key = null)
    {
        using var vault = Open(key);
        return vault.Import(source, options ?? new ImportOptions());
    }

    public byte[][] ReadAll(VaultVersion version, DataPart part)
    {
        using var vault = Open();
        using var reader = vault.OpenPart(version, part);
        return [.. reader.LoadAll().Chunk(reader.RecordLength)];
    }

    public void Dispose() => _temp.Dispose();
}
