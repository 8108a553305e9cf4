using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Server.Kestrel.Https;

namespace FedLearn.Coordinator;

/// <summary>The certificate that the coordinator shows, read once at the start from PEM files.</summary>
internal sealed record ServerCertificate(X509Certificate2 Leaf, X509Certificate2Collection Issuers)
{
    /// <summary>Reads the files that the options name; null where they name none.</summary>
    /// <exception cref="StartupException">A file is missing, is no PEM, or the key is not the certificate's.</exception>
    public static ServerCertificate? Load(CoordinatorOptions options) => Load(options.TlsCertificate, options.TlsKey);

    /// <summary>Reads two files; null where none are named.</summary>
    /// <exception cref="StartupException">A file is missing, is no PEM, or the key is not the certificate's.</exception>
    public static ServerCertificate? Load(string? file, string? key)
    {
        if (file is null || key is null)
        {
            return null;
        }

        try
        {
            var leaf = X509Certificate2.CreateFromPemFile(file, key);
            var issuers = new X509Certificate2Collection();
            issuers.ImportFromPemFile(file);
            issuers.RemoveAt(0);
            return new ServerCertificate(leaf, issuers);
        }
        catch (Exception e) when (e is CryptographicException or IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new StartupException($"cannot use the certificate {file} with the key {key}: {e.Message}; expected two PEM files, the server's certificate (its issuers after it) and its private key without a password", e);
        }
    }

    /// <summary>TLS 1.3 alone: every client of this protocol is newer than it.</summary>
    public void Configure(HttpsConnectionAdapterOptions https)
    {
        https.ServerCertificate = Leaf;
        https.ServerCertificateChain = Issuers;
        https.SslProtocols = SslProtocols.Tls13;
        https.ClientCertificateMode = ClientCertificateMode.NoCertificate;
    }
}
