using System.Security.Cryptography.X509Certificates;

namespace FedLearn.Protocol.Identity;

/// <summary>
/// Whether a certificate comes from a federation's root and no other: what the system trusts counts for nothing, and nothing is fetched
/// from the network.
/// </summary>
public static class ChainCheck
{
    /// <summary>The rules of a chain that ends in one of these roots.</summary>
    /// <param name="roots">The roots.</param>
    /// <param name="issuers">Authorities between, which need not be sent by the peer.</param>
    /// <param name="use">What the certificate is used for; null for an authority.</param>
    /// <param name="at">The time; null leaves the time out, for a caller that looks at it later and says more.</param>
    public static X509ChainPolicy Policy(X509Certificate2Collection roots, X509Certificate2Collection issuers, CertificateUse? use, DateTimeOffset? at)
    {
        var policy = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            RevocationMode = X509RevocationMode.NoCheck,
            DisableCertificateDownloads = true,
            VerificationFlags = at is null ? X509VerificationFlags.IgnoreNotTimeValid : X509VerificationFlags.NoFlag,
        };
        policy.CustomTrustStore.AddRange(roots);
        policy.ExtraStore.AddRange(issuers);
        if (use is not null)
        {
            policy.ApplicationPolicy.Add(use.Oid);
        }

        if (at is { } time)
        {
            policy.VerificationTime = time.UtcDateTime;
        }

        return policy;
    }

    /// <summary>What is wrong with a certificate, for a person; null where nothing is.</summary>
    public static string? Problem(X509Certificate2 certificate, X509ChainPolicy policy)
    {
        ArgumentNullException.ThrowIfNull(certificate);
        using var chain = new X509Chain { ChainPolicy = policy };
        return chain.Build(certificate) ? null : string.Join(", ", chain.ChainStatus.Select(s => s.Status).Distinct());
    }
}
