using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using FedLearn.Protocol.Identity;

namespace FedLearn.Client.Transport;

/// <summary>
/// The certificates that a coordinator's certificate must come from, in place of those that the system trusts: one or more CAs, or the
/// server's own certificate. Name and validity are checked as ever; a private CA rarely serves revocation lists, so none is asked for.
/// </summary>
public sealed class ServerTrust
{
    private readonly X509Certificate2Collection _trusted;
    private readonly TimeProvider _time;

    private ServerTrust(X509Certificate2Collection trusted, TimeProvider time) => (_trusted, _time) = (trusted, time);

    /// <summary>Trusts one root.</summary>
    /// <param name="root">The root.</param>
    /// <param name="time">The clock by which certificates are valid.</param>
    public static ServerTrust Of(X509Certificate2 root, TimeProvider time) => new([root], time);

    /// <summary>Reads the certificates to trust.</summary>
    /// <param name="path">A PEM file with at least one certificate; what else stands in it is passed over.</param>
    /// <param name="mistake">Why it cannot be used and what to do; null where it can.</param>
    /// <returns>Null where there is a mistake.</returns>
    public static ServerTrust? TryLoad(string path, out string? mistake)
    {
        var certificates = new X509Certificate2Collection();
        try
        {
            certificates.ImportFromPemFile(path);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            mistake = $"expected a readable PEM file with the certificate to trust: {fault.Message}";
            return null;
        }
        catch (CryptographicException fault)
        {
            mistake = $"{path} holds a certificate that cannot be read ({fault.Message}); ask the coordinator's operator for the file again";
            return null;
        }

        mistake = certificates.Count > 0
            ? null
            : $"{path} holds no certificate in PEM form (-----BEGIN CERTIFICATE-----); a DER file becomes one by `openssl x509 -inform der -in FILE`";
        return mistake is null ? new ServerTrust(certificates, TimeProvider.System) : null;
    }

    /// <summary>Makes the connections of a handler trust these certificates alone.</summary>
    public void ApplyTo(SocketsHttpHandler handler)
    {
        ArgumentNullException.ThrowIfNull(handler);
        handler.SslOptions.RemoteCertificateValidationCallback = Check;

        // Also for the handshake's own look at the chain, whose verdict does not count: it fetches nothing that a stranger's certificate names.
        handler.SslOptions.CertificateChainPolicy = NewPolicy();
    }

    /// <summary>The handshake's question. A refusal is thrown, since only so its reason reaches a person.</summary>
    private bool Check(object sender, X509Certificate? certificate, X509Chain? presented, SslPolicyErrors errors)
    {
        if (certificate is not X509Certificate2 shown)
        {
            throw new AuthenticationException("the server shows no certificate");
        }

        if (errors.HasFlag(SslPolicyErrors.RemoteCertificateNameMismatch))
        {
            throw new AuthenticationException($"its certificate is for another name ({shown.GetNameInfo(X509NameType.DnsName, forIssuer: false)})");
        }

        using var chain = NewChain(presented);
        return chain.Build(shown) || IsPinned(shown, chain)
            ? true
            : throw new AuthenticationException(
                $"its certificate ({shown.Subject}, issued by {shown.Issuer}) does not come from a trusted one: " +
                string.Join(", ", chain.ChainStatus.Select(s => s.Status).Distinct()));
    }

    private X509Chain NewChain(X509Chain? presented)
    {
        var policy = NewPolicy();
        if (presented is not null)
        {
            policy.ExtraStore.AddRange(new X509Certificate2Collection(
                presented.ChainElements.Select(e => e.Certificate).ToArray()));
        }

        return new X509Chain { ChainPolicy = policy };
    }

    private X509ChainPolicy NewPolicy() => ChainCheck.Policy(_trusted, [], CertificateUse.Server, _time.GetUtcNow());

    /// <summary>Whether the certificate itself is a trusted one, though its issuer is not here, and nothing else is wrong with it.</summary>
    private bool IsPinned(X509Certificate2 shown, X509Chain chain) =>
        chain.ChainStatus.All(s => s.Status is X509ChainStatusFlags.PartialChain or X509ChainStatusFlags.UntrustedRoot) &&
        _trusted.Any(c => c.RawDataMemory.Span.SequenceEqual(shown.RawDataMemory.Span));
}
