using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using FedLearn.Coordinator.Identity;
using FedLearn.Protocol.Identity;
using FedLearn.Protocol.V1;
using Google.Protobuf;
using Grpc.Core;
using Grpc.Net.Client;
using Microsoft.Extensions.Time.Testing;

namespace FedLearn.Coordinator.Tests.Identity;

/// <summary>A real coordinator with authorities of its own, in virtual time.</summary>
internal sealed class CertifiedCoordinator : IAsyncDisposable
{
    private readonly List<IDisposable> _made = [];
    private CoordinatorHost _host = null!;

    private CertifiedCoordinator(string folder) => Folder = folder;

    public string Folder { get; }

    public string Pki => Path.Combine(Folder, "pki", "coordinator");

    public FakeTimeProvider Time { get; } = new(new DateTimeOffset(2030, 1, 1, 12, 0, 0, TimeSpan.Zero));

    public string Address => _host.Address;

    public string EnrolmentAddress => _host.EnrolmentAddress;

    public Metadata Operator => TestCoordinator.Bearer(File.ReadAllText(_host.OperatorTokenFile).Trim());

    public Identities.IdentitiesClient Identities => new(Channel(EnrolmentAddress, shown: null));

    public Runs.RunsClient Runs => new(Channel(EnrolmentAddress, shown: null));

    public Log.LogClient Log => new(Channel(EnrolmentAddress, shown: null));

    public Enrolment.EnrolmentClient Enrolment => new(Channel(EnrolmentAddress, shown: null));

    /// <summary>The participants' calls at the address that asks for no certificate.</summary>
    public Federation.FederationClient FederationWithout => new(Channel(EnrolmentAddress, shown: null));

    public static async Task<CertifiedCoordinator> StartAsync()
    {
        var coordinator = new CertifiedCoordinator(Directory.CreateTempSubdirectory("fedlearn-test-").FullName);
        PkiFolder.Create(Path.Combine(coordinator.Folder, "pki"), "hospitals", ["127.0.0.1"], coordinator.Time.GetUtcNow());
        await coordinator.StartHostAsync();
        return coordinator;
    }

    public async Task RestartAsync(Action? between = null)
    {
        await _host.StopAsync();
        await _host.DisposeAsync();
        between?.Invoke();
        await StartHostAsync();
    }

    public async Task<string> InviteAsync(string id, int seconds = 0) =>
        (await Identities.InviteAsync(new InviteRequest { ClientId = id, ValidSeconds = seconds }, Operator)).Invitation;

    /// <summary>Takes an invitation as a participant does; its key is the returned certificate's.</summary>
    public async Task<X509Certificate2> EnrolAsync(string invitation, ECDsa key)
    {
        var reply = await Enrolment.EnrolAsync(new EnrolRequest
        {
            Secret = ByteString.CopyFrom(Invitation.TryParse(invitation, out _)!.Secret),
            SigningRequest = ByteString.CopyFrom(SigningRequest.Create(key)),
        });
        using var certificate = X509CertificateLoader.LoadCertificate(reply.Certificate.Span);
        return Kept(certificate.CopyWithPrivateKey(key));
    }

    public async Task<Participant> NewParticipantAsync(string id)
    {
        var key = Kept(SigningRequest.NewKey());
        return With(await EnrolAsync(await InviteAsync(id), key));
    }

    /// <summary>Calls at the participants' address with a certificate, over a connection of its own.</summary>
    public Participant With(X509Certificate2? certificate) => new(Channel(Address, certificate), NewHandler(certificate), certificate);

    /// <summary>A handler that trusts the federation's root alone, and shows a certificate where one is given.</summary>
    public SocketsHttpHandler NewHandler(X509Certificate2? shown)
    {
        var root = X509CertificateLoader.LoadCertificateFromFile(Path.Combine(Pki, "root.pem"));
        var handler = new SocketsHttpHandler();
        handler.SslOptions.CertificateChainPolicy = ChainCheck.Policy([root], [], CertificateUse.Server, Time.GetUtcNow());
        if (shown is not null)
        {
            handler.SslOptions.ClientCertificateContext = SslStreamCertificateContext.Create(shown, null, offline: true);
        }

        return Kept(handler);
    }

    public async ValueTask DisposeAsync()
    {
        _made.Reverse();
        _made.ForEach(m => m.Dispose());
        await _host.StopAsync();
        await _host.DisposeAsync();
        Directory.Delete(Folder, recursive: true);
    }

    public T Kept<T>(T made)
        where T : IDisposable
    {
        _made.Add(made);
        return made;
    }

    private GrpcChannel Channel(string address, X509Certificate2? shown) =>
        Kept(GrpcChannel.ForAddress(address, new GrpcChannelOptions { HttpHandler = NewHandler(shown) }));

    private async Task StartHostAsync() => _host = await CoordinatorHost.StartAsync(
        TestCoordinator.OptionsFor(Path.Combine(Folder, "data")) with { Insecure = false, Listen = "https://127.0.0.1:0", Enrolment = "https://127.0.0.1:0", Pki = Pki }, Time);

    /// <summary>A participant's calls.</summary>
    internal sealed record Participant(GrpcChannel Channel, SocketsHttpHandler Handler, X509Certificate2? Certificate)
    {
        public Federation.FederationClient Federation => new(Channel);

        public Runs.RunsClient Runs => new(Channel);

        public Identities.IdentitiesClient Identities => new(Channel);

        public Enrolment.EnrolmentClient Enrolment => new(Channel);

        public async Task JoinAsync(string id = "") => await Federation.JoinAsync(new JoinRequest { ClientId = id, ProtocolVersion = 1, Software = "test" });

        public async Task HeartbeatAsync() => await Federation.HeartbeatAsync(new HeartbeatRequest());
    }
}
