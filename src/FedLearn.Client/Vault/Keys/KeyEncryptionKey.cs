using System.Security.Cryptography;
using FedLearn.Core.Sealing;

namespace FedLearn.Client.Vault.Keys;

/// <summary>A key that wraps data keys. Held in memory as long as the vault is open.</summary>
internal abstract class KeyEncryptionKey(KeyDescriptor descriptor) : IDisposable
{
    public KeyDescriptor Descriptor { get; } = descriptor;

    public abstract byte[] Wrap(ReadOnlySpan<byte> dataKey);

    /// <returns>The data key, or null where it was wrapped under another key or was changed.</returns>
    /// <exception cref="VaultException">This key can only wrap.</exception>
    public abstract byte[]? TryUnwrap(ReadOnlySpan<byte> wrapped);

    public abstract void Dispose();
}

/// <summary>A 256-bit key, from a key file or a passphrase: AES-KWP.</summary>
internal sealed class SymmetricKey(KeyDescriptor descriptor, byte[] key) : KeyEncryptionKey(descriptor)
{
    public override byte[] Wrap(ReadOnlySpan<byte> dataKey) => KeyWrap.Wrap(key, dataKey);

    public override byte[]? TryUnwrap(ReadOnlySpan<byte> wrapped) => KeyWrap.TryUnwrap(key, wrapped);

    public override void Dispose() => CryptographicOperations.ZeroMemory(key);
}

/// <summary>An RSA key: OAEP. With its public half alone it wraps only.</summary>
internal sealed class RsaKey(KeyDescriptor descriptor, RSA key, bool canUnwrap) : KeyEncryptionKey(descriptor)
{
    public override byte[] Wrap(ReadOnlySpan<byte> dataKey) => RsaKeyWrap.Wrap(key, dataKey);

    public override byte[]? TryUnwrap(ReadOnlySpan<byte> wrapped) => canUnwrap
        ? RsaKeyWrap.TryUnwrap(key, wrapped)
        : throw new VaultException("a public key can add data but not read it: give the private key's PEM file");

    public override void Dispose() => key.Dispose();
}
