using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Security.Cryptography.X509Certificates;
using FedLearn.Protocol;
using FedLearn.Protocol.Identity;

namespace FedLearn.Coordinator.Identity;

/// <summary>
/// Whose a connection is, by the certificate that its handshake has proven. A certificate that this coordinator does not remember to have
/// issued is not taken, though its chain be well.
/// </summary>
internal sealed class CertificateBook(IIdentityStore store, TimeProvider time, Authority? authority) : IDisposable
{
    private readonly Lock _gate = new();
    private readonly ConcurrentDictionary<string, CertifiedClient> _bySerial = new(StringComparer.Ordinal);
    private readonly ConditionalWeakTable<X509Certificate2, CertifiedClient> _byConnection = [];

    /// <summary>Whether participants come with certificates at all, and not with tokens.</summary>
    public bool IsOn => authority is not null;

    /// <summary>The federation, where participants come with certificates.</summary>
    public string? Federation => authority?.Federation;

    /// <summary>The client that a certificate stands for.</summary>
    /// <param name="certificate">A connection's own: the kept answer is found by the object.</param>
    /// <param name="problem">Why there is none; null where there is.</param>
    public CertifiedClient? Find(X509Certificate2 certificate, out Problem? problem)
    {
        if (!_byConnection.TryGetValue(certificate, out var client))
        {
            client = FindNew(certificate, out problem);
            if (client is null)
            {
                return null;
            }

            _byConnection.AddOrUpdate(certificate, client);
        }

        problem = client.Problem();
        return problem is null ? client : null;
    }

    /// <summary>Issues, and stores that it did.</summary>
    /// <param name="key">The client's key.</param>
    /// <param name="clientId">The client.</param>
    /// <param name="lifetime">How long it is valid.</param>
    /// <param name="used">The invitation that is used by it, or null.</param>
    public X509Certificate2 Issue(PublicKey key, string clientId, TimeSpan lifetime, StoredInvitation? used)
    {
        var now = time.GetUtcNow();
        var certificate = authority!.IssueClient(key, clientId, now, lifetime);
        store.Issue(new StoredCertificate(SerialOf(certificate), clientId, now.ToUnixTimeMilliseconds(), EndOf(certificate).ToUnixTimeMilliseconds()), used);
        return certificate;
    }

    /// <summary>Ends all certificates of a client, on open connections too.</summary>
    /// <returns>How many of them were still valid.</returns>
    public int Revoke(string clientId)
    {
        lock (_gate)
        {
            var now = time.GetUtcNow().ToUnixTimeMilliseconds();
            var revoked = store.Revoke(clientId, now);
            foreach (var certificate in revoked)
            {
                if (_bySerial.TryRemove(certificate.Serial, out var client))
                {
                    client.Revoke();
                }
            }

            return revoked.Count(c => c.NotAfterUnixMs > now);
        }
    }

    public void Dispose()
    {
        foreach (var client in _bySerial.Values)
        {
            client.Dispose();
        }
    }

    private CertifiedClient? FindNew(X509Certificate2 certificate, out Problem? problem)
    {
        var (participant, @operator) = (IdentityName.Of(certificate), OperatorName.Of(certificate));
        if ((participant?.Federation ?? @operator?.Federation) != authority!.Federation)
        {
            problem = Problem.Unauthenticated($"the certificate names nobody of this federation: expected the one alternative name fedlearn://{authority.Federation}/CLIENT, or that of an operator");
            return null;
        }

        var id = participant?.Client ?? @operator!.Id;
        Scope? scopes = @operator is null ? null : @operator.IsViewer ? Scope.Viewer : Scope.Operator;
        var serial = SerialOf(certificate);
        lock (_gate)
        {
            if (_bySerial.TryGetValue(serial, out var known))
            {
                problem = null;
                return known;
            }

            problem = EndOf(certificate) is var end && end <= time.GetUtcNow() ? CertifiedClient.Expired(id, end)
                : store.FindCertificate(serial) is not { } stored || stored.ClientId != id
                    ? Problem.Unauthenticated($"this coordinator does not know the certificate of '{id}' (its database may be an older one); ask the operator for an invitation, and enrol again")
                : stored.RevokedUnixMs is not null ? CertifiedClient.Revoked(id)
                : null;
            return problem is null ? Add(serial, new CertifiedClient(id, scopes, end, time)) : null;
        }
    }

    private CertifiedClient Add(string serial, CertifiedClient client)
    {
        _bySerial[serial] = client;
        client.Ended.Register(() => _bySerial.TryRemove(serial, out _));
        return client;
    }

    private static string SerialOf(X509Certificate2 certificate) => Convert.ToHexStringLower(certificate.SerialNumberBytes.Span);

    private static DateTimeOffset EndOf(X509Certificate2 certificate) => certificate.NotAfter;
}
