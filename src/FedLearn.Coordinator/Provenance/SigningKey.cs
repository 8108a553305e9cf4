using System.Security.Cryptography;
using FedLearn.Coordinator.Storage.Disks;
using FedLearn.Core.Proofs.Statements;

namespace FedLearn.Coordinator.Provenance;

/// <summary>
/// The key by which this coordinator signs what it says: ECDSA over P-256 with SHA-256, in a file that only its user can read. Made at the first
/// start. Who has the file can say anything in the coordinator's name. Thread safe.
/// </summary>
internal sealed class SigningKey : IDisposable
{
    /// <summary>One for each thread: the platform does not promise that one serves several.</summary>
    private readonly ThreadLocal<ECDsa> _keys;

    private SigningKey(byte[] pkcs8)
    {
        _keys = new ThreadLocal<ECDsa>(() => Import(pkcs8), trackAllValues: true);
        PublicKey = _keys.Value!.ExportSubjectPublicKeyInfo();
        Id = StatementKey.IdOf(PublicKey);
    }

    /// <summary>The public key as a DER SubjectPublicKeyInfo.</summary>
    public byte[] PublicKey { get; }

    /// <summary>SHA-256 of the public key, lower-case hex.</summary>
    public string Id { get; }

    /// <summary>Reads the key (PEM, PKCS#8), or makes it.</summary>
    /// <exception cref="StartupException">Others may read the file, or it is not such a key.</exception>
    public static SigningKey Open(string path)
    {
        if (!File.Exists(path))
        {
            Make(path);
        }

        OwnerFile.RefuseOthers(path, $"the signing key at {path}, and so sign receipts in this coordinator's name");
        try
        {
            using var key = ECDsa.Create();
            key.ImportFromPem(File.ReadAllText(path));
            if (key.ExportParameters(includePrivateParameters: false).Curve.Oid.Value == ECCurve.NamedCurves.nistP256.Oid.Value)
            {
                return new SigningKey(key.ExportPkcs8PrivateKey());
            }
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException)
        {
            throw new StartupException($"{path} is damaged: expected a private key on the curve P-256 in PEM. Restore it from a backup: participants refuse another one", e);
        }

        throw new StartupException($"{path} holds a key on another curve; expected P-256. Restore it from a backup: participants refuse another one");
    }

    /// <summary>The signature of a statement, DER, up to 72 bytes.</summary>
    public byte[] Sign(ReadOnlySpan<byte> statement) => _keys.Value!.SignData(statement, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence);

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var key in _keys.Values)
        {
            key.Dispose();
        }

        _keys.Dispose();
    }

    private static ECDsa Import(byte[] pkcs8)
    {
        var key = ECDsa.Create();
        key.ImportPkcs8PrivateKey(pkcs8, out _);
        return key;
    }

    private static void Make(string path)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        OwnerFile.Create(path, key.ExportPkcs8PrivateKeyPem());
    }
}
