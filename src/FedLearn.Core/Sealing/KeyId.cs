using System.Security.Cryptography;

namespace FedLearn.Core.Sealing;

/// <summary>The name of a symmetric key, by which a wrong one can be told.</summary>
public static class KeyId
{
    /// <summary>The id in bytes; twice as many hex digits.</summary>
    public const int Length = 8;

    /// <summary>The id of a symmetric key, in hex: HKDF-SHA256, so that it says nothing about the key.</summary>
    public static string Of(ReadOnlySpan<byte> key)
    {
        Span<byte> id = stackalloc byte[Length];
        HKDF.DeriveKey(HashAlgorithmName.SHA256, key, id, salt: [], info: "fedlearn key id"u8);
        return Convert.ToHexStringLower(id);
    }
}
