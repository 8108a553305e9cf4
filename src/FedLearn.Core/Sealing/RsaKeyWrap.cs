using System.Security.Cryptography;

namespace FedLearn.Core.Sealing;

/// <summary>
/// Wraps a key to an RSA public key with OAEP, SHA-256 for hash and mask and an empty label (RFC 8017, 7.1), so that whoever wraps
/// cannot unwrap.
/// </summary>
public static class RsaKeyWrap
{
    /// <summary>The least modulus, in bits: 128-bit strength (NIST SP 800-57).</summary>
    public const int MinKeyBits = 3072;

    /// <summary>Wraps <paramref name="key"/>.</summary>
    /// <returns>As many bytes as the modulus has; differs from call to call.</returns>
    /// <exception cref="ArgumentException">The RSA key is shorter than <see cref="MinKeyBits"/>.</exception>
    public static byte[] Wrap(RSA publicKey, ReadOnlySpan<byte> key)
    {
        if (publicKey.KeySize < MinKeyBits)
        {
            throw new ArgumentException($"an RSA key of at least {MinKeyBits} bits is expected, not {publicKey.KeySize}", nameof(publicKey));
        }

        return publicKey.Encrypt(key, RSAEncryptionPadding.OaepSHA256);
    }

    /// <summary>Unwraps a key.</summary>
    /// <returns>The key, or null where it was wrapped to another public key or a byte was changed.</returns>
    public static byte[]? TryUnwrap(RSA privateKey, ReadOnlySpan<byte> wrapped)
    {
        try
        {
            return privateKey.Decrypt(wrapped, RSAEncryptionPadding.OaepSHA256);
        }
        catch (CryptographicException)
        {
            return null;
        }
    }
}
