using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using FedLearn.Benchmarks.Update.Roles;
using FedLearn.Protocol.Identity;
using FedLearn.Protocol.V1;
using Google.Protobuf;
using Grpc.Core;
using Grpc.Net.Client;

namespace FedLearn.Benchmarks.Update.Clients;

/// <summary>The certificates of all participants of a coordinator that takes them by certificate.</summary>
internal sealed class EnrolledClients : IDisposable
{
    private readonly X509Certificate2 _root;
    private readonly List<X509Certificate2> _certificates = [];

    private EnrolledClients(X509Certificate2 root) => _root = root;

    public int Count => _certificates.Count;

    /// <summary>Invites and enrols so many, as their operator and they do.</summary>
    /// <param name="coordinator">Where.</param>
    /// <param name="pki">The coordinator's authorities.</param>
    /// <param name="count">How many.</param>
    public static async Task<EnrolledClients> EnrolAsync(CoordinatorProcess coordinator, string pki, int count)
    {
        var clients = new EnrolledClients(X509CertificateLoader.LoadCertificateFromFile(Path.Combine(pki, "root.pem")));
        using var channel = GrpcChannel.ForAddress(coordinator.Enrolment, new GrpcChannelOptions { HttpHandler = clients.NewHandler() });
        var token = new Metadata { { "authorization", $"Bearer {coordinator.OperatorToken}" } };
        for (var i = 0; i < count; i++)
        {
            var invited = await new Identities.IdentitiesClient(channel).InviteAsync(new InviteRequest { ClientId = Fleet.NameOf(i) }, token);
            var secret = Invitation.TryParse(invited.Invitation, out var mistake)?.Secret ?? throw new BenchmarkException($"the invitation cannot be read: {mistake}");
            using var key = SigningRequest.NewKey();
            var reply = await new Enrolment.EnrolmentClient(channel).EnrolAsync(
                new EnrolRequest { Secret = ByteString.CopyFrom(secret), SigningRequest = ByteString.CopyFrom(SigningRequest.Create(key)) });
            using var certificate = X509CertificateLoader.LoadCertificate(reply.Certificate.Span);
            clients._certificates.Add(certificate.CopyWithPrivateKey(key));
        }

        return clients;
    }

    /// <summary>A handler that trusts the federation's root alone, and shows a participant's certificate.</summary>
    public SocketsHttpHandler CreateHandler(int number)
    {
        var handler = NewHandler();
        handler.SslOptions.ClientCertificateContext = SslStreamCertificateContext.Create(_certificates[number], null, offline: true);
        return handler;
    }

    public void Dispose()
    {
        _certificates.ForEach(c => c.Dispose());
        _root.Dispose();
    }

    private SocketsHttpHandler NewHandler()
    {
        var handler = new SocketsHttpHandler { EnableMultipleHttp2Connections = true };
        handler.SslOptions.CertificateChainPolicy = ChainCheck.Policy([_root], [], CertificateUse.Server, null);
        return handler;
    }
}
