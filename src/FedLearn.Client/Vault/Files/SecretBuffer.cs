using System.Security.Cryptography;

namespace FedLearn.Client.Vault.Files;

/// <summary>A buffer for plaintext: pinned, so that the collector leaves no copy of it behind, and cleared when it is given back.</summary>
internal sealed class SecretBuffer(int length) : IDisposable
{
    private readonly byte[] _bytes = GC.AllocateUninitializedArray<byte>(length, pinned: true);

    public Span<byte> Span => _bytes;

    public ReadOnlyMemory<byte> Memory => _bytes;

    public void Dispose() => CryptographicOperations.ZeroMemory(_bytes);
}
