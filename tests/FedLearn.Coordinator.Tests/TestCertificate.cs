using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace FedLearn.Coordinator.Tests;

/// <summary>A server certificate that a test makes for itself.</summary>
internal static class TestCertificate
{
    /// <summary>Writes a certificate for 127.0.0.1 beside the data folder's database, and turns TLS on.</summary>
    public static CoordinatorOptions AddTo(CoordinatorOptions options)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=fedlearn-test", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(System.Net.IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        using var certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        var (cert, pem) = (Path.Combine(options.DataFolder, "server.pem"), Path.Combine(options.DataFolder, "server.key"));
        File.WriteAllText(cert, certificate.ExportCertificatePem());
        File.WriteAllText(pem, key.ExportPkcs8PrivateKeyPem());
        return options with { Insecure = false, Listen = "https://127.0.0.1:0", TlsCertificate = cert, TlsKey = pem };
    }

    /// <summary>A handler that trusts that certificate and no other.</summary>
    public static SocketsHttpHandler Trusting(CoordinatorOptions options)
    {
        var handler = new SocketsHttpHandler();
        if (options.TlsCertificate is { } file)
        {
            var expected = X509CertificateLoader.LoadCertificateFromFile(file);
            handler.SslOptions.RemoteCertificateValidationCallback = (_, shown, _, _) => expected.Equals(shown);
        }

        return handler;
    }
}
