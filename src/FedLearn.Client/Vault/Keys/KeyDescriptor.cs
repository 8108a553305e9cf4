using System.Security.Cryptography;

namespace FedLearn.Client.Vault.Keys;

/// <summary>
/// What a vault says in clear about its key-encryption key, so that the right one can be asked for and a wrong one be named.
/// </summary>
/// <param name="Kind">One of <see cref="KeyFile"/>, <see cref="Passphrase"/>, <see cref="Rsa"/>.</param>
/// <param name="Id">16 hex characters that tell one key from another.</param>
/// <param name="Salt">The passphrase's salt.</param>
/// <param name="Iterations">The passphrase's PBKDF2 rounds.</param>
internal sealed record KeyDescriptor(string Kind, string Id, byte[]? Salt = null, int? Iterations = null)
{
    public const string KeyFile = "key-file";
    public const string Passphrase = "passphrase";
    public const string Rsa = "rsa";

    private const int IdLength = 8;

    /// <summary>The id of a symmetric key: HKDF, so that it says nothing about the key.</summary>
    public static string IdOf(ReadOnlySpan<byte> key)
    {
        Span<byte> id = stackalloc byte[IdLength];
        HKDF.DeriveKey(HashAlgorithmName.SHA256, key, id, salt: [], info: "fedlearn key id"u8);
        return Convert.ToHexStringLower(id);
    }

    /// <summary>The id of an RSA key: SHA-256 of its public half.</summary>
    public static string IdOf(RSA key) => Convert.ToHexStringLower(SHA256.HashData(key.ExportSubjectPublicKeyInfo())[..IdLength]);
}
