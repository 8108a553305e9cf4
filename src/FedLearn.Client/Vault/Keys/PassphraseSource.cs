using System.Security.Cryptography;
using FedLearn.Core.Sealing;

namespace FedLearn.Client.Vault.Keys;

/// <summary>A passphrase.</summary>
internal sealed class PassphraseSource(byte[] passphrase) : KeySource
{
    private const int MinLength = 12;
    private const int MaxIterations = 100_000_000;

    private protected override string Kind => KeyDescriptor.Passphrase;

    public static PassphraseSource FromFile(string path)
    {
        var content = SecretFile.Read(path, "passphrase file");
        var line = content.AsSpan();
        var end = line.IndexOfAny((byte)'\r', (byte)'\n');
        var source = new PassphraseSource((end < 0 ? line : line[..end]).ToArray());
        CryptographicOperations.ZeroMemory(content);
        return source;
    }

    internal override KeyEncryptionKey Create()
    {
        if (passphrase.Length < MinLength)
        {
            throw new VaultException($"a passphrase of at least {MinLength} bytes is expected, not {passphrase.Length}; five random words do");
        }

        return Derive(RandomNumberGenerator.GetBytes(PassphraseKey.SaltLength), PassphraseKey.Iterations);
    }

    private protected override KeyEncryptionKey Load(KeyDescriptor descriptor)
    {
        // Whoever can write to the disk must not be able to make the next key cheap to guess, nor opening endless.
        if (descriptor is not { Salt: { Length: >= PassphraseKey.SaltLength } salt, Iterations: >= PassphraseKey.Iterations and <= MaxIterations })
        {
            throw new VaultException($"the key record asks for fewer than {PassphraseKey.Iterations} rounds or has no salt: it was changed; restore it from a backup");
        }

        return Derive(salt, descriptor.Iterations.Value);
    }

    private SymmetricKey Derive(byte[] salt, int iterations)
    {
        var key = PassphraseKey.Derive(passphrase, salt, iterations);
        return new SymmetricKey(new KeyDescriptor(Kind, KeyId.Of(key), salt, iterations), key);
    }
}
