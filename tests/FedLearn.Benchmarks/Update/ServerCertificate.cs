using System.Net;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace FedLearn.Benchmarks.Update;

/// <summary>The certificate that the benchmark makes for its servers on 127.0.0.1; its clients trust this one alone.</summary>
internal sealed class ServerCertificate : IDisposable
{
    public const string CertificateFile = "server.pem";
    public const string KeyFile = "server.key";

    private readonly X509Certificate2 _certificate;
    private readonly string _key;

    private ServerCertificate(X509Certificate2 certificate, string key) => (_certificate, _key) = (certificate, key);

    public static ServerCertificate Create()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        names.AddDnsName("localhost");
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, false, 0, critical: true));
        var now = DateTimeOffset.UtcNow;
        return new(request.CreateSelfSigned(now.AddDays(-1), now.AddDays(2)), key.ExportPkcs8PrivateKeyPem());
    }

    /// <summary>The certificate as PEM.</summary>
    public string Pem => _certificate.ExportCertificatePem();

    /// <summary>Writes certificate and key into a folder, and returns the folder.</summary>
    public string WriteTo(string folder)
    {
        File.WriteAllText(Path.Combine(folder, CertificateFile), Pem);
        File.WriteAllText(Path.Combine(folder, KeyFile), _key);
        return folder;
    }

    /// <summary>What a server reads from a folder that <see cref="WriteTo"/> filled.</summary>
    public static X509Certificate2 Load(string folder)
    {
        using var pem = X509Certificate2.CreateFromPemFile(Path.Combine(folder, CertificateFile), Path.Combine(folder, KeyFile));
        return X509CertificateLoader.LoadPkcs12(pem.Export(X509ContentType.Pkcs12), null);
    }

    /// <summary>What a client needs to trust this certificate.</summary>
    public SslClientAuthenticationOptions ClientOptions() => new()
    {
        TargetHost = "localhost",
        CertificateChainPolicy = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            CustomTrustStore = { _certificate },
            RevocationMode = X509RevocationMode.NoCheck,
        },
    };

    public void Dispose() => _certificate.Dispose();
}
