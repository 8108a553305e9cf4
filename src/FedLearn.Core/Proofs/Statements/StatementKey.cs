using System.Security.Cryptography;

namespace FedLearn.Core.Proofs.Statements;

/// <summary>A coordinator's public key: ECDSA over P-256 with SHA-256; signatures are DER, as openssl and most libraries expect them. Thread safe.</summary>
public sealed class StatementKey : IDisposable
{
    /// <summary>The most bytes of a public key that is taken from outside.</summary>
    private const int MaxBytes = 512;

    private readonly ECDsa _key;
    private readonly Lock _gate = new();

    private StatementKey(ECDsa key, byte[] publicKey) => (_key, PublicKey, Id) = (key, publicKey, IdOf(publicKey));

    /// <summary>The key as a DER SubjectPublicKeyInfo.</summary>
    public byte[] PublicKey { get; }

    /// <summary>What names it: SHA-256 of <see cref="PublicKey"/>, lower-case hex.</summary>
    public string Id { get; }

    /// <summary>The id of a public key.</summary>
    public static string IdOf(ReadOnlySpan<byte> publicKey) => Sha256Value.Of(publicKey).ToString();

    /// <summary>Reads a DER SubjectPublicKeyInfo; null where it is not a P-256 key.</summary>
    public static StatementKey? TryRead(ReadOnlySpan<byte> publicKey)
    {
        var key = ECDsa.Create();
        try
        {
            if (publicKey.Length <= MaxBytes)
            {
                key.ImportSubjectPublicKeyInfo(publicKey, out var read);
                if (read == publicKey.Length && key.ExportParameters(includePrivateParameters: false).Curve.Oid.Value == ECCurve.NamedCurves.nistP256.Oid.Value)
                {
                    return new StatementKey(key, publicKey.ToArray());
                }
            }
        }
        catch (CryptographicException)
        {
            // Not a key.
        }

        key.Dispose();
        return null;
    }

    /// <summary>Whether the signature is this key's over the statement.</summary>
    public bool HasSigned(ReadOnlySpan<byte> statement, ReadOnlySpan<byte> signature)
    {
        lock (_gate)
        {
            return _key.VerifyData(statement, signature, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _key.Dispose();
}
