namespace FedLearn.Client.Vault.Keys;

/// <summary>
/// Where the key-encryption key comes from. A source opens what it was used to create; nothing of it is kept beside the data but an
/// id and, for passphrases, salt and rounds.
/// </summary>
public abstract class KeySource
{
    private protected KeySource()
    {
    }

    /// <summary>
    /// A file of 32 random bytes that only its owner may read. Where a vault is created, a file that does not exist yet is created too.
    /// </summary>
    public static KeySource FromKeyFile(string path) => new KeyFileSource(path);

    /// <summary>A passphrase, of at least 12 bytes where it is to protect something new.</summary>
    /// <param name="passphrase">UTF-8; copied.</param>
    public static KeySource FromPassphrase(ReadOnlySpan<byte> passphrase) => new PassphraseSource(passphrase.ToArray());

    /// <summary>The first line of a file that only its owner may read, as a passphrase.</summary>
    /// <exception cref="VaultException">The file is missing or others may read it.</exception>
    public static KeySource FromPassphraseFile(string path) => PassphraseSource.FromFile(path);

    /// <summary>An RSA public key of at least 3072 bits (PEM): adds data, and cannot read it.</summary>
    public static KeySource FromPublicKey(string pemPath) => new RsaSource(pemPath, isPrivate: false);

    /// <summary>An RSA private key of at least 3072 bits (PEM, unencrypted) that only its owner may read: adds and reads data.</summary>
    public static KeySource FromPrivateKey(string pemPath) => new RsaSource(pemPath, isPrivate: true);

    /// <summary>The key for something new.</summary>
    internal abstract KeyEncryptionKey Create();

    /// <summary>The key that <paramref name="descriptor"/> asks for.</summary>
    /// <exception cref="VaultException">This source has another key, or another kind of key.</exception>
    internal KeyEncryptionKey Open(KeyDescriptor descriptor)
    {
        if (descriptor.Kind != Kind)
        {
            throw new VaultException($"the data is under a key of kind {descriptor.Kind} (id {descriptor.Id}), not {Kind}");
        }

        var key = Load(descriptor);
        if (key.Descriptor.Id == descriptor.Id)
        {
            return key;
        }

        key.Dispose();
        throw new VaultException($"wrong {descriptor.Kind}: the data is under the key with id {descriptor.Id}, this one's is {key.Descriptor.Id}");
    }

    private protected abstract string Kind { get; }

    private protected abstract KeyEncryptionKey Load(KeyDescriptor descriptor);
}
