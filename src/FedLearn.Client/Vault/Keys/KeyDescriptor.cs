using System.Security.Cryptography;
using FedLearn.Core.Sealing;

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

    /// <summary>The id of an RSA key: SHA-256 of its public half.</summary>
    public static string IdOf(RSA key) => Convert.ToHexStringLower(SHA256.HashData(key.ExportSubjectPublicKeyInfo())[..KeyId.Length]);
}
