using System.Security.Cryptography;

namespace FedLearn.Core.Sealing;

/// <summary>Wraps a key under another one: AES key wrap with padding (RFC 5649).</summary>
public static class KeyWrap
{
    /// <summary>Wraps <paramref name="key"/>.</summary>
    /// <param name="keyEncryptionKey">An AES key: 16, 24 or 32 bytes.</param>
    /// <param name="key">At least 1 byte.</param>
    /// <returns>The key rounded up to 8 bytes, and 8 more. The same input gives the same output.</returns>
    public static byte[] Wrap(ReadOnlySpan<byte> keyEncryptionKey, ReadOnlySpan<byte> key)
    {
        using var aes = Aes.Create();
        aes.SetKey(keyEncryptionKey);
        return aes.EncryptKeyWrapPadded(key);
    }

    /// <summary>Unwraps a key.</summary>
    /// <param name="keyEncryptionKey">The key it was wrapped under: 16, 24 or 32 bytes.</param>
    /// <param name="wrapped">What <see cref="Wrap"/> gave.</param>
    /// <returns>The key, or null where the wrapping key is another one or a byte was changed.</returns>
    public static byte[]? TryUnwrap(ReadOnlySpan<byte> keyEncryptionKey, ReadOnlySpan<byte> wrapped)
    {
        if (wrapped.Length < 16 || wrapped.Length % 8 != 0)
        {
            return null;
        }

        using var aes = Aes.Create();
        aes.SetKey(keyEncryptionKey);
        try
        {
            return aes.DecryptKeyWrapPadded(wrapped);
        }
        catch (CryptographicException)
        {
            return null;
        }
    }
}
