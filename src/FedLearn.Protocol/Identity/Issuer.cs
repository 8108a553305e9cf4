using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace FedLearn.Protocol.Identity;

/// <summary>
/// Makes the certificates of a federation: a root, whose key is needed once and kept offline; from it an issuing authority of path length
/// 0; and from that the coordinator's and the participants' certificates.
/// </summary>
/// <remarks>All are backdated by <see cref="Skew"/>, for machines whose clocks are behind, and none outlives its issuer.</remarks>
public static class Issuer
{
    /// <summary>How far clocks may be behind the issuer's: 5 minutes.</summary>
    public static readonly TimeSpan Skew = TimeSpan.FromMinutes(5);

    private const int SerialBytes = 16;

    /// <summary>A root for a federation, signed by itself, for 10 years.</summary>
    /// <param name="key">Its key.</param>
    /// <param name="federation">The federation's name.</param>
    /// <param name="now">The time.</param>
    public static X509Certificate2 Root(ECDsa key, string federation, DateTimeOffset now)
    {
        var request = new CertificateRequest($"CN={Checked(federation)} root, O=FedLearn", key, HashAlgorithmName.SHA256);
        AddAuthority(request, pathLength: 1);
        return request.CreateSelfSigned(now - Skew, now.AddYears(10));
    }

    /// <summary>An authority that issues for the federation and cannot make further authorities, for 5 years.</summary>
    /// <param name="root">The root, with its key.</param>
    /// <param name="key">The authority's key.</param>
    /// <param name="now">The time.</param>
    /// <param name="federation">The federation that it issues for; the root's where none is given.</param>
    public static X509Certificate2 Issuing(X509Certificate2 root, PublicKey key, DateTimeOffset now, string? federation = null)
    {
        federation = Checked(federation ?? FederationOf(root) ?? throw new ArgumentException("not the root of a federation", nameof(root)));
        var request = new CertificateRequest(new X500DistinguishedName($"CN={federation} issuing, O=FedLearn"), key, HashAlgorithmName.SHA256);
        AddAuthority(request, pathLength: 0);
        return Sign(root, request, now, TimeSpan.FromDays(5 * 365));
    }

    /// <summary>The coordinator's certificate.</summary>
    /// <param name="issuing">The issuing authority, with its key.</param>
    /// <param name="key">The coordinator's key.</param>
    /// <param name="hosts">The names and addresses by which it is called, at least one.</param>
    /// <param name="now">The time.</param>
    /// <param name="lifetime">How long it is valid.</param>
    public static X509Certificate2 Server(X509Certificate2 issuing, PublicKey key, IReadOnlyList<string> hosts, DateTimeOffset now, TimeSpan lifetime)
    {
        ArgumentNullException.ThrowIfNull(hosts);
        var names = new SubjectAlternativeNameBuilder();
        foreach (var host in hosts)
        {
            if (IPAddress.TryParse(host, out var address))
            {
                names.AddIpAddress(address);
            }
            else
            {
                names.AddDnsName(host);
            }
        }

        return Sign(issuing, Leaf("CN=FedLearn coordinator", key, names.Build(), CertificateUse.Server), now, lifetime);
    }

    /// <summary>A participant's certificate.</summary>
    /// <param name="issuing">The issuing authority, with its key.</param>
    /// <param name="key">The participant's key, from its <see cref="SigningRequest"/>.</param>
    /// <param name="client">Its id; the federation is the authority's.</param>
    /// <param name="now">The time.</param>
    /// <param name="lifetime">How long it is valid.</param>
    public static X509Certificate2 Client(X509Certificate2 issuing, PublicKey key, string client, DateTimeOffset now, TimeSpan lifetime)
    {
        var name = new IdentityName(FederationOf(issuing) ?? throw new ArgumentException("not an authority of a federation", nameof(issuing)), Checked(client));
        return Sign(issuing, Leaf($"CN={client}", key, AlternativeName.ToExtension(name.ToString()), CertificateUse.Client), now, lifetime);
    }

    /// <summary>An operator's or viewer's certificate.</summary>
    /// <param name="issuing">The issuing authority, with its key.</param>
    /// <param name="key">The operator's key, from its <see cref="SigningRequest"/>.</param>
    /// <param name="name">Its name, of the authority's federation.</param>
    /// <param name="now">The time.</param>
    /// <param name="lifetime">How long it is valid.</param>
    public static X509Certificate2 Operator(X509Certificate2 issuing, PublicKey key, OperatorName name, DateTimeOffset now, TimeSpan lifetime)
    {
        ArgumentNullException.ThrowIfNull(name);
        return name.Federation == FederationOf(issuing)
            ? Sign(issuing, Leaf($"CN={name.Name}", key, AlternativeName.ToExtension(name.ToString()), CertificateUse.Client), now, lifetime)
            : throw new ArgumentException($"the authority issues for another federation than {name.Federation}", nameof(issuing));
    }

    /// <summary>The federation that an authority made by this class is for; null where it is none.</summary>
    public static string? FederationOf(X509Certificate2 authority)
    {
        ArgumentNullException.ThrowIfNull(authority);
        var name = authority.GetNameInfo(X509NameType.SimpleName, forIssuer: false).Split(' ');
        return name is [var federation, "root" or "issuing"] && IdentityName.IsPart(federation) ? federation : null;
    }

    private static void AddAuthority(CertificateRequest request, int pathLength)
    {
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, hasPathLengthConstraint: true, pathLength, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, critical: true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, critical: false));
    }

    private static CertificateRequest Leaf(string subject, PublicKey key, X509Extension names, CertificateUse use)
    {
        var request = new CertificateRequest(new X500DistinguishedName(subject), key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: false, false, 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, critical: true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([use.Oid], critical: false));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(key, critical: false));
        request.CertificateExtensions.Add(names);
        return request;
    }

    private static X509Certificate2 Sign(X509Certificate2 issuer, CertificateRequest request, DateTimeOffset now, TimeSpan lifetime)
    {
        request.CertificateExtensions.Add(X509AuthorityKeyIdentifierExtension.CreateFromCertificate(issuer, includeKeyIdentifier: true, includeIssuerAndSerial: false));
        var (from, to) = (now - Skew, now + lifetime);
        DateTimeOffset first = issuer.NotBefore, last = issuer.NotAfter;
        return last <= now
            ? throw new InvalidOperationException($"the authority {issuer.Subject} expired at {last:u} and issues nothing more")
            : request.Create(issuer, from < first ? first : from, to > last ? last : to, NewSerial());
    }

    /// <summary>128 random bits; the first one is 0 and the second 1, so that the number is positive and of full length in DER.</summary>
    private static byte[] NewSerial()
    {
        var serial = RandomNumberGenerator.GetBytes(SerialBytes);
        serial[0] = (byte)((serial[0] & 0x3F) | 0x40);
        return serial;
    }

    private static string Checked(string part) =>
        IdentityName.IsPart(part) ? part : throw new ArgumentException($"expected 1 to 63 of a-z, 0-9 and '-', got '{part}'", nameof(part));
}
