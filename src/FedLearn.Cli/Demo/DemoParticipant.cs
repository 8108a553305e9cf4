using FedLearn.Cli.Data;
using FedLearn.Client.Vault;
using FedLearn.Client.Vault.Keys;
using FedLearn.Client.Vault.Versions;
using FedLearn.Training.Data;

namespace FedLearn.Cli.Demo;

/// <summary>One participant of the demo: its folder with an encrypted vault, and its key, which lies elsewhere.</summary>
internal sealed class DemoParticipant
{
    public DemoParticipant(string root, string id)
    {
        (Id, Vault, State) = (id, Path.Combine(root, "workers", id, "vault"), Path.Combine(root, "workers", id, "state"));
        KeyFile = Path.Combine(root, "keys", $"{id}.key");
    }

    /// <summary>The client's id.</summary>
    public string Id { get; }

    /// <summary>The vault's folder.</summary>
    public string Vault { get; }

    /// <summary>The folder for what the worker keeps besides.</summary>
    public string State { get; }

    /// <summary>The file with the vault's key-encryption key.</summary>
    public string KeyFile { get; }

    /// <summary>Seals a source as the vault's first version, a share of it as test data.</summary>
    public void Import(IRecordSource source, double testFraction, long seed) =>
        Import([new SourcePart(() => source, null)], new ImportOptions { TestFraction = testFraction, Seed = seed });

    /// <summary>Seals two sources, split already.</summary>
    public void Import(IRecordSource train, IRecordSource test) =>
        Import([new SourcePart(() => train, DataPart.Train), new SourcePart(() => test, DataPart.Test)], new ImportOptions());

    /// <summary>Reads the newest version into memory, as the worker does.</summary>
    public LocalData Read()
    {
        using var vault = DataVault.Open(Vault, KeySource.FromKeyFile(KeyFile), TimeProvider.System);
        return VaultData.Load(vault, vault.Find());
    }

    private void Import(IReadOnlyList<SourcePart> sources, ImportOptions options)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(KeyFile)!);
        DataImport.Run(Vault, KeySource.FromKeyFile(KeyFile), sources, options, progress: null, CancellationToken.None);
    }
}
