using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using FedLearn.Protocol;
using FedLearn.Protocol.Identity;

namespace FedLearn.Coordinator.Identity;

/// <summary>Invites participants, and takes their invitations for certificates. Secrets are kept as hashes alone.</summary>
internal sealed class Invitations(IIdentityStore store, CertificateBook book, Authority authority, CoordinatorOptions options, TimeProvider time, CoordinatorLog log)
{
    private const int DefaultSeconds = 15 * 60;
    private const int MostSeconds = 7 * 24 * 60 * 60;

    private readonly Lock _gate = new();

    /// <summary>Makes an invitation.</summary>
    /// <param name="clientId">Who is invited.</param>
    /// <param name="seconds">How long it can be used; 0 = 15 minutes.</param>
    /// <param name="address">The enrolment address.</param>
    /// <exception cref="Grpc.Core.RpcException">An argument is not as it should be.</exception>
    public (string Word, long ExpiresUnixMs) Create(string clientId, int seconds, string address)
    {
        if (!IdentityName.IsPart(clientId) && OperatorName.ParseId(authority.Federation, clientId) is null)
        {
            throw Problem.Invalid($"client_id: expected 1 to 63 of a-z, 0-9 and '-', got '{clientId}'").ToException();
        }

        if (seconds is < 0 or > MostSeconds)
        {
            throw Problem.Invalid($"valid_seconds: expected 1 to {MostSeconds}, or 0 for {DefaultSeconds}, got {seconds}").ToException();
        }

        var invitation = NewInvitation(address);
        var now = time.GetUtcNow();
        var expires = now.AddSeconds(seconds == 0 ? DefaultSeconds : seconds).ToUnixTimeMilliseconds();
        store.Invite(new StoredInvitation(Convert.ToHexStringLower(invitation.SecretHash), clientId, now.ToUnixTimeMilliseconds(), expires));
        log.Invited(clientId, DateTimeOffset.FromUnixTimeMilliseconds(expires).UtcDateTime);
        return (invitation.ToWord(), expires);
    }

    /// <summary>Whether a secret is that of an invitation here, of whatever state.</summary>
    public bool Knows(byte[] secret) => store.FindInvitation(Convert.ToHexStringLower(SHA256.HashData(secret))) is not null;

    /// <summary>Takes an invitation for a certificate; the same key may ask again.</summary>
    /// <exception cref="Grpc.Core.RpcException">The secret or the request is not as it should be.</exception>
    public (X509Certificate2 Certificate, string ClientId) Enrol(byte[] secret, byte[] signingRequest)
    {
        var key = ReadKey(signingRequest);
        var keyHash = Convert.ToHexStringLower(SHA256.HashData(key.ExportSubjectPublicKeyInfo()));
        lock (_gate)
        {
            var invitation = store.FindInvitation(Convert.ToHexStringLower(SHA256.HashData(secret)));
            var reason = invitation is null ? "is not known here; it may have been replaced by a newer one or revoked"
                : invitation.UsedByKey.Length > 0 && invitation.UsedByKey != keyHash ? "has been used"
                : invitation.ExpiresUnixMs <= time.GetUtcNow().ToUnixTimeMilliseconds() ? "has expired"
                : null;
            if (reason is not null)
            {
                log.EnrolmentRefused(invitation?.ClientId ?? "unknown", reason);
                throw Problem.PermissionDenied($"the invitation {reason}; ask the operator for a new one").ToException();
            }

            var certificate = book.Issue(key, invitation!.ClientId, options.CertificateLifetime, invitation with { UsedByKey = keyHash });
            log.Enrolled(invitation.ClientId, certificate.NotAfter.ToUniversalTime());
            return (certificate, invitation.ClientId);
        }
    }

    /// <summary>A new certificate for a client that has one.</summary>
    /// <exception cref="Grpc.Core.RpcException">The request is not as it should be.</exception>
    public X509Certificate2 Renew(string clientId, byte[] signingRequest)
    {
        var certificate = book.Issue(ReadKey(signingRequest), clientId, options.CertificateLifetime, used: null);
        log.Renewed(clientId, certificate.NotAfter.ToUniversalTime());
        return certificate;
    }

    private Invitation NewInvitation(string address)
    {
        try
        {
            return Invitation.Create(authority.Root.RawDataMemory.Span, new Uri(address));
        }
        catch (Exception e) when (e is ArgumentException or UriFormatException)
        {
            throw Problem.Invalid($"address: expected https://HOST:PORT, got '{address}'").ToException();
        }
    }

    private static PublicKey ReadKey(byte[] signingRequest) =>
        SigningRequest.TryRead(signingRequest, out var mistake) ?? throw Problem.Invalid($"signing_request: {mistake}").ToException();
}
