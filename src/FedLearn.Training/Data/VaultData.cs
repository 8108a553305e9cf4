using System.Security.Cryptography;
using FedLearn.Client.Vault;
using FedLearn.Client.Vault.Versions;

namespace FedLearn.Training.Data;

/// <summary>Decrypts a version of a vault into memory, for training; nothing of it touches the disk.</summary>
public static class VaultData
{
    /// <summary>Reads both parts of a version.</summary>
    /// <exception cref="VaultException">A file is damaged, missing or destroyed, or the key only adds data.</exception>
    /// <exception cref="InvalidDataException">The records are not what the schema says.</exception>
    public static LocalData Load(DataVault vault, VaultVersion version)
    {
        using var train = vault.OpenPart(version, DataPart.Train);
        using var test = vault.OpenPart(version, DataPart.Test);
        byte[] trainRecords = train.LoadAll(), testRecords = test.LoadAll();
        try
        {
            return DataSet.FromRecords(DataSchema.Parse(train.Schema.Span), trainRecords, testRecords);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(trainRecords);
            CryptographicOperations.ZeroMemory(testRecords);
        }
    }
}
