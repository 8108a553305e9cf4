using System.Security.Cryptography;

namespace FedLearn.Core.Sealing;

/// <summary>A key from a passphrase: PBKDF2 with HMAC-SHA256 (RFC 8018, 5.2).</summary>
public static class PassphraseKey
{
    /// <summary>The rounds that new keys take.</summary>
    public const int Iterations = 600_000;

    /// <summary>The salt of new keys, in bytes.</summary>
    public const int SaltLength = 16;

    /// <summary>Derives a 256-bit key. Takes a few tenths of a second on purpose: a guess takes as long.</summary>
    /// <param name="passphrase">UTF-8.</param>
    /// <param name="salt">Random; stored beside what the key protects.</param>
    /// <param name="iterations">At least 1.</param>
    public static byte[] Derive(ReadOnlySpan<byte> passphrase, ReadOnlySpan<byte> salt, int iterations = Iterations) =>
        Rfc2898DeriveBytes.Pbkdf2(passphrase, salt, iterations, HashAlgorithmName.SHA256, 32);
}
