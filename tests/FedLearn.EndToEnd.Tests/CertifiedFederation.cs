using FedLearn.Client;
using FedLearn.Client.Identity;
using FedLearn.Client.Training;
using FedLearn.Client.Vault.Keys;
using FedLearn.Coordinator;
using FedLearn.Coordinator.Identity;
using FedLearn.Protocol.V1;
using Grpc.Core;
using Grpc.Net.Client;
using Microsoft.Extensions.Logging;

namespace FedLearn.EndToEnd.Tests;

/// <summary>A coordinator and workers that know each other by certificate, in this process and in virtual time.</summary>
internal sealed class CertifiedFederation : IAsyncDisposable
{
    private readonly CoordinatorHost _host;
    private readonly GrpcChannel _channel;
    private readonly CancellationTokenSource _stop = new();
    private readonly List<Task> _workers = [];

    private CertifiedFederation(CoordinatorHost host, string folder, SteppedTime time)
    {
        (_host, Folder, Time) = (host, folder, time);
        var handler = new SocketsHttpHandler();
        Client.Transport.ServerTrust.Of(System.Security.Cryptography.X509Certificates.X509CertificateLoader.LoadCertificateFromFile(Path.Combine(folder, "pki", "root", "root.pem")), time).ApplyTo(handler);
        _channel = GrpcChannel.ForAddress(host.EnrolmentAddress, new GrpcChannelOptions { HttpHandler = handler, DisposeHttpClient = true });
        Operator = new Metadata { { "authorization", $"Bearer {File.ReadAllText(host.OperatorTokenFile).Trim()}" } };
    }

    public string Folder { get; }

    public SteppedTime Time { get; }

    public Metadata Operator { get; }

    public string Address => _host.Address;

    public Runs.RunsClient Runs => new(_channel);

    public Identities.IdentitiesClient Identities => new(_channel);

    public static async Task<CertifiedFederation> StartAsync()
    {
        var folder = Directory.CreateTempSubdirectory("fedlearn-e2e-").FullName;
        var time = new SteppedTime(new DateTimeOffset(2030, 1, 1, 12, 0, 0, TimeSpan.Zero));
        PkiFolder.Create(Path.Combine(folder, "pki"), "hospitals", ["127.0.0.1"], time.GetUtcNow());
        var options = new CoordinatorOptions
        {
            DataFolder = Path.Combine(folder, "coordinator"),
            Pki = Path.Combine(folder, "pki", "coordinator"),
            Listen = "https://127.0.0.1:0",
            Enrolment = "https://127.0.0.1:0",
            Operations = "http://127.0.0.1:0",
            PlainLog = true,
            DrainSeconds = 1,
        };
        return new CertifiedFederation(await CoordinatorHost.StartAsync(options, time), folder, time);
    }

    public async Task<string> InviteAsync(string id) =>
        (await Identities.InviteAsync(new InviteRequest { ClientId = id }, Operator)).Invitation;

    /// <summary>The folder of a client that is invited and enrolled.</summary>
    public async Task<string> EnrolAsync(string id)
    {
        var folder = Path.Combine(Folder, id, "identity");
        using var identity = await Enroller.EnrolAsync(await InviteAsync(id), folder, Time);
        Assert.Equal(id, identity.Name.Client);
        Assert.Equal(Address, identity.Address);
        return folder;
    }

    public Task StartWorker(string id, string identity, ITrainer trainer, ILoggerFactory? log = null, string? address = null)
    {
        var options = new WorkerOptions
        {
            Coordinator = address ?? Address,
            Identity = identity,
            ClientId = id,
            StateFolder = Path.Combine(Folder, id),
            Policy = WorkerPolicy.Everything,
            Key = KeySource.FromKeyFile(Path.Combine(Folder, $"{id}.key")),
            Time = Time,
            Logging = log ?? Microsoft.Extensions.Logging.Abstractions.NullLoggerFactory.Instance,
        };
        var worker = FederationClient.RunAsync(options, [trainer], _stop.Token);
        _workers.Add(worker);
        return worker;
    }

    public async Task<Run> CreateRunAsync(string specJson)
    {
        using var create = Runs.CreateRun(Operator);
        await create.RequestStream.WriteAsync(new CreateRunRequest { SpecJson = specJson });
        await create.RequestStream.CompleteAsync();
        return (await create).Run;
    }

    public async Task<GetRunReply> RunToEndAsync(string specJson)
    {
        var id = (await CreateRunAsync(specJson)).RunId;
        using var watch = Runs.WatchRun(new WatchRunRequest { RunId = id }, Operator);
        while (await watch.ResponseStream.MoveNext(TestContext.Current.CancellationToken))
        {
            Assert.All(_workers, w => Assert.False(w.IsFaulted, w.Exception?.ToString()));
        }

        return await Runs.GetRunAsync(new GetRunRequest { RunId = id }, Operator);
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await Task.WhenAll(_workers).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _channel.Dispose();
        await _host.StopAsync();
        await _host.DisposeAsync();
        _stop.Dispose();
        Directory.Delete(Folder, recursive: true);
    }
}
