using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using FedLearn.Coordinator.Federations;
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

    /// <summary>Changes the settings of the next start.</summary>
    public Func<CoordinatorOptions, CoordinatorOptions> With { get; set; } = o => o;

    public string Data => Path.Combine(Folder, "data");

    public string Folder { get; }

    public string Pki => Path.Combine(Folder, "pki", "coordinator");

    public FakeTimeProvider Time { get; } = new(new DateTimeOffset(2030, 1, 1, 12, 0, 0, TimeSpan.Zero));

    public string Address => _host.Address;

    public string EnrolmentAddress => _host.EnrolmentAddress;

    public Metadata Operator => TestCoordinator.Bearer(TokenOf(null));

    public Identities.IdentitiesClient Identities => new(Channel(EnrolmentAddress, shown: null));

    public Runs.RunsClient Runs => new(Channel(EnrolmentAddress, shown: null));

    public Log.LogClient Log => new(Channel(EnrolmentAddress, shown: null));

    public Enrolment.EnrolmentClient Enrolment => new(Channel(EnrolmentAddress, shown: null));

    /// <summary>Any call, at the operators' address.</summary>
    public CallInvoker Operators() => Channel(EnrolmentAddress, shown: null).CreateCallInvoker();

    /// <summary>The participants' calls at the address that asks for no certificate.</summary>
    public Federation.FederationClient FederationWithout => new(Channel(EnrolmentAddress, shown: null));

    /// <summary>A coordinator of the federation <c>hospitals</c>.</summary>
    /// <param name="others">Federations that it serves too.</param>
    public static async Task<CertifiedCoordinator> StartAsync(params string[] others)
    {
        var coordinator = new CertifiedCoordinator(Directory.CreateTempSubdirectory("fedlearn-test-").FullName);
        PkiFolder.Create(Path.Combine(coordinator.Folder, "pki"), "hospitals", ["127.0.0.1"], coordinator.Time.GetUtcNow());
        Directory.CreateDirectory(coordinator.Data);
        Array.ForEach(others, o => FederationFolders.Create(coordinator.Data, o, coordinator.Pki, Path.Combine(coordinator.Folder, "pki", "root"), coordinator.Time.GetUtcNow()));
        await coordinator.StartHostAsync();
        return coordinator;
    }

    /// <summary>The operators' token of a federation; of the coordinator's own where none is named.</summary>
    public string TokenOf(string? federation) => File.ReadAllText(Path.Combine(FolderOf(federation), "operator.token")).Trim();

    public Metadata OperatorOf(string? federation) => TestCoordinator.Bearer(TokenOf(federation));

    public string FolderOf(string? federation) => federation is null ? Data : FederationFolders.Of(Data, federation);

    public async Task RestartAsync(Action? between = null)
    {
        await _host.StopAsync();
        await _host.DisposeAsync();
        between?.Invoke();
        await StartHostAsync();
    }

    public async Task<string> InviteAsync(string id, int seconds = 0, string? federation = null) =>
        (await Identities.InviteAsync(new InviteRequest { ClientId = id, ValidSeconds = seconds }, OperatorOf(federation))).Invitation;

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

    public async Task<Participant> NewParticipantAsync(string id, string? federation = null)
    {
        var key = Kept(SigningRequest.NewKey());
        return As(await EnrolAsync(await InviteAsync(id, federation: federation), key));
    }

    /// <summary>Calls at the participants' address with a certificate, over a connection of its own.</summary>
    public Participant As(X509Certificate2? certificate) => new(Channel(Address, certificate), NewHandler(certificate), certificate);

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

    /// <summary>Creates a run and has one client selected for its first round.</summary>
    public async Task<((FitAssignment Fit, string Manifest) Fit, AsyncServerStreamingCall<WatchReply> Watch)> FitAsync(
        Participant participant, int elements, string? federation = null, string? spec = null)
    {
        using var create = Runs.CreateRun(OperatorOf(federation));
        await create.RequestStream.WriteAsync(new CreateRunRequest { SpecJson = spec ?? TestCoordinator.Spec(elements) });
        await create.RequestStream.CompleteAsync();
        var run = (await create).Run;
        await participant.JoinAsync();
        var watch = participant.Federation.Watch(new WatchRequest());
        var manifest = "";
        while (await watch.ResponseStream.MoveNext(TestContext.Current.CancellationToken))
        {
            var message = watch.ResponseStream.Current;
            if (message.Run is { } announced)
            {
                manifest = announced.Manifest.Hash;
                await participant.Federation.AnswerRunAsync(new AnswerRunRequest { RunId = run.RunId, NumExamples = 1 });
            }

            if (message.Fit is { } fit)
            {
                return ((fit, manifest), watch);
            }
        }

        throw new InvalidOperationException("the Watch stream ended");
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
        With(TestCoordinator.OptionsFor(Data) with { Insecure = false, Listen = "https://127.0.0.1:0", Enrolment = "https://127.0.0.1:0", Pki = Pki }), Time);

    /// <summary>A participant's calls.</summary>
    internal sealed record Participant(GrpcChannel Channel, SocketsHttpHandler Handler, X509Certificate2? Certificate)
    {
        public Federation.FederationClient Federation => new(Channel);

        public Runs.RunsClient Runs => new(Channel);

        public Identities.IdentitiesClient Identities => new(Channel);

        public Enrolment.EnrolmentClient Enrolment => new(Channel);

        public async Task JoinAsync(string id = "") => await Federation.JoinAsync(new JoinRequest { ClientId = id, ProtocolVersion = 1, Software = "test" });

        public async Task<Receipt> PushAsync(UpdateHeader header)
        {
            using var push = Federation.PushUpdate();
            await push.RequestStream.WriteAsync(new PushUpdateRequest { Header = header });
            await TestClient.SendChunksAsync(push.RequestStream, new float[4], 0, 16, 16);
            await push.RequestStream.CompleteAsync();
            return (await push).Receipt;
        }

        public async Task HeartbeatAsync() => await Federation.HeartbeatAsync(new HeartbeatRequest());
    }
}
