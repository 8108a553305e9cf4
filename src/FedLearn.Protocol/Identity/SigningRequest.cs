using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace FedLearn.Protocol.Identity;

/// <summary>
/// A participant's request for a certificate (PKCS #10, RFC 2986) over a P-256 key that it made itself. Its key and its signature, which
/// proves that the sender has the private key, are all that is taken from it: names and extensions are the issuer's.
/// </summary>
public static class SigningRequest
{
    /// <summary>The most bytes of a request that are looked at: 2 KiB. One of this library takes about 250.</summary>
    public const int MostBytes = 2 << 10;

    private const string EllipticCurveKey = "1.2.840.10045.2.1";

    // The object identifier prime256v1 (RFC 5480, section 2.1.1.1) in DER: a key by explicit curve parameters is not of it.
    private static readonly byte[] s_p256 = Convert.FromHexString("06082A8648CE3D030107");

    /// <summary>A new P-256 key.</summary>
    public static ECDsa NewKey() => ECDsa.Create(ECCurve.NamedCurves.nistP256);

    /// <summary>The request for a key, in DER.</summary>
    public static byte[] Create(ECDsa key) => new CertificateRequest("CN=fedlearn client", key, HashAlgorithmName.SHA256).CreateSigningRequest();

    /// <summary>Reads and checks a request.</summary>
    /// <param name="der">What came.</param>
    /// <param name="mistake">What was expected instead; null where it is well.</param>
    /// <returns>The key; null where there is a mistake.</returns>
    public static PublicKey? TryRead(byte[] der, out string? mistake)
    {
        ArgumentNullException.ThrowIfNull(der);
        mistake = der.Length is 0 or > MostBytes ? $"expected a PKCS #10 request in DER of 1 to {MostBytes} bytes, got {der.Length} bytes" : null;
        try
        {
            if (mistake is null && !IsP256(Load(der, CertificateRequestLoadOptions.SkipSignatureValidation)))
            {
                mistake = "expected a key on the named curve P-256";
            }

            return mistake is null ? Load(der, CertificateRequestLoadOptions.Default) : null;
        }
        catch (Exception fault) when (fault is CryptographicException or ArgumentException or NotSupportedException)
        {
            mistake = "expected a PKCS #10 request in DER that is signed with its own key by ECDSA with SHA-256";
            return null;
        }
    }

    private static PublicKey Load(byte[] der, CertificateRequestLoadOptions options) =>
        CertificateRequest.LoadSigningRequest(der, HashAlgorithmName.SHA256, options).PublicKey;

    private static bool IsP256(PublicKey key) =>
        key.Oid.Value == EllipticCurveKey && key.EncodedParameters?.RawData.AsSpan().SequenceEqual(s_p256) == true;
}
