using System.Security.Cryptography.X509Certificates;
using FedLearn.Protocol.V1;
using Google.Protobuf;
using Grpc.Core;

namespace FedLearn.Coordinator.Identity;

/// <summary>How participants come by certificates: thin.</summary>
internal sealed class EnrolmentService(Invitations invitations, EnrolmentDesk desk, Authority authority, PublicAddresses addresses) : Enrolment.EnrolmentBase
{
    public override Task<GetAuthorityReply> GetAuthority(GetAuthorityRequest request, ServerCallContext context) =>
        Task.FromResult(new GetAuthorityReply { Root = Der(authority.Root) });

    public override Task<EnrolReply> Enrol(EnrolRequest request, ServerCallContext context)
    {
        var (certificate, clientId, issuing) = desk.Enrol(request.Secret.ToByteArray(), request.SigningRequest.ToByteArray());
        using (certificate)
        {
            return Task.FromResult(new EnrolReply
            {
                Certificate = Der(certificate),
                Issuers = { Der(issuing) },
                ClientId = clientId,
                Address = addresses.Participants,
            });
        }
    }

    public override Task<RenewReply> Renew(RenewRequest request, ServerCallContext context)
    {
        using var certificate = invitations.Renew(Caller.Of(context).CertifiedId, request.SigningRequest.ToByteArray());
        return Task.FromResult(new RenewReply { Certificate = Der(certificate), Issuers = { Der(authority.Issuing) } });
    }

    private static ByteString Der(X509Certificate2 certificate) => ByteString.CopyFrom(certificate.RawDataMemory.Span);
}
