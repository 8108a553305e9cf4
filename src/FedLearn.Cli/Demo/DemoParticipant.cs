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
        Import(vault => vault.Import(source, new ImportOptions { TestFraction = testFraction, Seed = seed }));

    /// <summary>Seals two sources, split already.</summary>
    public void Import(IRecordSource train, IRecordSource test) => Import(vault =>
    {
        vault.Import(train, new ImportOptions { Part = DataPart.Train });
        vault.Import(test, new ImportOptions { Part = DataPart.Test, Append = true });
    });

    /// <summary>Reads the newest version into memory, as the worker does.</summary>
    public LocalData Read()
    {
        using var vault = DataVault.Open(Vault, KeySource.FromKeyFile(KeyFile), TimeProvider.System);
        var version = vault.Find();
        using var train = vault.OpenPart(version, DataPart.Train);
        using var test = vault.OpenPart(version, DataPart.Test);
        return DataSet.Load(train, test);
    }

    private void Import(Action<DataVault> import)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(KeyFile)!);
        using var vault = DataVault.Create(Vault, KeySource.FromKeyFile(KeyFile), TimeProvider.System);
        import(vault);
    }
}
