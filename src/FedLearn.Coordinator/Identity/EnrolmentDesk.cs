using System.Security.Cryptography.X509Certificates;

namespace FedLearn.Coordinator.Identity;

/// <summary>
/// Where invitations are taken, of all federations that come to these listeners: who enrols has no credentials yet that would name its federation, but
/// the secret is in one federation's book alone.
/// </summary>
internal sealed class EnrolmentDesk(Invitations own, Authority authority)
{
    private readonly List<(Invitations Invitations, Authority Authority)> _guests = [];

    /// <summary>Adds another federation's, before the first request.</summary>
    public void Add(Invitations invitations, Authority guest) => _guests.Add((invitations, guest));

    /// <summary>Takes an invitation for a certificate, of the federation that made it.</summary>
    /// <exception cref="Grpc.Core.RpcException">As <see cref="Invitations.Enrol"/>.</exception>
    public (X509Certificate2 Certificate, string ClientId, X509Certificate2 Issuing) Enrol(byte[] secret, byte[] signingRequest)
    {
        var (invitations, by) = own.Knows(secret) ? (own, authority) : _guests.Find(g => g.Invitations.Knows(secret)) is { Invitations: not null } guest ? guest : (own, authority);
        var (certificate, clientId) = invitations.Enrol(secret, signingRequest);
        return (certificate, clientId, by.Issuing);
    }
}
