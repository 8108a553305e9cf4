using System.Security.Cryptography;
using FedLearn.Client.Vault.Files;
using FedLearn.Core.Sealing;

namespace FedLearn.Client.Vault.Keys;

/// <summary>A key file.</summary>
internal sealed class KeyFileSource(string path) : KeySource
{
    private const int KeyLength = 32;

    private protected override string Kind => KeyDescriptor.KeyFile;

    internal override KeyEncryptionKey Create()
    {
        if (!File.Exists(path))
        {
            var key = RandomNumberGenerator.GetBytes(KeyLength);
            DurableFile.CreateNew(path, key);
            CryptographicOperations.ZeroMemory(key);
        }

        return Load();
    }

    private protected override KeyEncryptionKey Load(KeyDescriptor descriptor) => Load();

    private SymmetricKey Load()
    {
        var key = SecretFile.Read(path, "key file");
        return key.Length == KeyLength
            ? new SymmetricKey(new KeyDescriptor(Kind, KeyId.Of(key)), key)
            : throw new VaultException($"the key file {path} must hold {KeyLength} random bytes, not {key.Length}");
    }
}
