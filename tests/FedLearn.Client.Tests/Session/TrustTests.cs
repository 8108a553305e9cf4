using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using FedLearn.Client.Tests.Fakes;
using FedLearn.Client.Tests.Vault;

namespace FedLearn.Client.Tests.Session;

public sealed class TrustTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Coordinator_WithTls_ServesAWorkerThatTrustsItsCertificateOrItsCaOverBothRoads(bool trustTheCa)
    {
        using var pair = new Certificates(ipAddress: IPAddress.Loopback);
        await using var coordinator = await FakeCoordinator.StartAsync(pair.Server);
        var (service, run) = (coordinator.Service, new RunFixture(400_000));
        service.Road.Url = coordinator.RoadAddress;
        var basis = service.Models.Publish(run.Id, 0, run.Vector(0), run.Manifest.Hash);
        service.State.AddRange([run.Announcement(), run.Fit(1, basis)]);

        await using var worker = StartWorker(coordinator, trustTheCa ? pair.CaPem : pair.ServerPem);
        var accepted = await service.Uploads.Accepted.NextAsync();

        Assert.True(accepted.Bytes.AsSpan().SequenceEqual(RunFixture.DeltaBytes(run.Vector(0), 1)));
        Assert.Equal(2, service.Road.Requests.Count);
    }

    [Fact]
    public async Task Coordinator_WithAnotherCertificate_IsRefusedWithWhatToDo()
    {
        using Certificates shown = new(IPAddress.Loopback), trusted = new(IPAddress.Loopback);
        await using var coordinator = await FakeCoordinator.StartAsync(shown.Server);

        await using var worker = StartWorker(coordinator, trusted.CaPem);
        var text = (await worker.Log.NextAsync(2003)).Text;

        Assert.Contains("does not come from a trusted one", text, StringComparison.Ordinal);
        Assert.Contains("--trust FILE", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Coordinator_WhoseCertificateTheSystemDoesNotKnow_IsRefusedWithWhatToDo()
    {
        using var pair = new Certificates(IPAddress.Loopback);
        await using var coordinator = await FakeCoordinator.StartAsync(pair.Server);

        await using var worker = StartWorker(coordinator, pem: null);

        Assert.Contains("--trust FILE", (await worker.Log.NextAsync(2003)).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Certificate_ForAnotherName_IsRefusedThoughItsCaIsTrusted()
    {
        using var pair = new Certificates(IPAddress.Parse("10.1.2.3"));
        await using var coordinator = await FakeCoordinator.StartAsync(pair.Server);

        await using var worker = StartWorker(coordinator, pair.CaPem);

        Assert.Contains("is for another name", (await worker.Log.NextAsync(2003)).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Road_WithoutTlsBesideACoordinatorWithIt_GetsNoToken()
    {
        using var pair = new Certificates(IPAddress.Loopback);
        await using var coordinator = await FakeCoordinator.StartAsync(pair.Server);
        await using var plain = await FakeCoordinator.StartAsync();
        var (service, run) = (coordinator.Service, new RunFixture(400_000));
        service.Road.Url = plain.RoadAddress;
        var basis = service.Models.Publish(run.Id, 0, run.Vector(0), run.Manifest.Hash);
        service.State.AddRange([run.Announcement(), run.Fit(1, basis)]);

        await using var worker = StartWorker(coordinator, pair.CaPem);
        await service.Uploads.Accepted.NextAsync();

        Assert.Contains("without TLS", Assert.Single(worker.Log.Lines, l => l.EventId == 2056).Text, StringComparison.Ordinal);
        Assert.Empty(plain.Service.Road.Requests);
    }

    [Fact]
    public void TrustedCertificate_ThatCannotServe_IsAMistakeThatSaysWhatToDo()
    {
        using var pair = new Certificates(IPAddress.Loopback);
        var text = _folder.File("notes.txt");
        File.WriteAllText(text, "no certificate");

        Assert.Contains("readable PEM file", Mistake("https://127.0.0.1:1", _folder.File("missing.pem")), StringComparison.Ordinal);
        Assert.Contains("no certificate in PEM form", Mistake("https://127.0.0.1:1", text), StringComparison.Ordinal);
        Assert.Contains("write https://", Mistake("http://127.0.0.1:1", Written(pair.CaPem)), StringComparison.Ordinal);
        Assert.Null(Mistake("https://127.0.0.1:1", Written(pair.CaPem)));
    }

    private static string? Mistake(string coordinator, string file) => new WorkerOptions
    {
        Coordinator = coordinator,
        ClientId = "a",
        StateFolder = "state",
        Policy = WorkerPolicy.Everything,
        Key = Client.Vault.Keys.KeySource.FromKeyFile("key"),
        TrustedCertificate = file,
    }.Mistakes().SingleOrDefault();

    private Worker StartWorker(FakeCoordinator coordinator, string? pem) =>
        Worker.Start(coordinator.Address, _folder, new ScriptedTrainer(), o => o with { TrustedCertificate = pem is null ? null : Written(pem) });

    private string Written(string pem)
    {
        var file = _folder.File("trusted.pem");
        File.WriteAllText(file, pem);
        return file;
    }

    /// <summary>A CA and a server's certificate from it, for one address.</summary>
    private sealed class Certificates : IDisposable
    {
        private readonly X509Certificate2 _ca;

        public Certificates(IPAddress ipAddress)
        {
            var (from, to) = (DateTimeOffset.UnixEpoch.AddYears(30), DateTimeOffset.UnixEpoch.AddYears(120));
            using var caKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
            var ca = new CertificateRequest("CN=test CA", caKey, HashAlgorithmName.SHA256);
            ca.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, false, 0, critical: true));
            _ca = ca.CreateSelfSigned(from, to);

            using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
            var server = new CertificateRequest("CN=coordinator", key, HashAlgorithmName.SHA256);
            var names = new SubjectAlternativeNameBuilder();
            names.AddIpAddress(ipAddress);
            server.CertificateExtensions.Add(names.Build());
            using var signed = server.Create(_ca, from, to.AddDays(-1), [1, 2, 3]);
            using var whole = signed.CopyWithPrivateKey(key);
            Server = X509CertificateLoader.LoadPkcs12(whole.Export(X509ContentType.Pfx), null);
        }

        public X509Certificate2 Server { get; }

        public string CaPem => _ca.ExportCertificatePem();

        public string ServerPem => Server.ExportCertificatePem();

        public void Dispose()
        {
            _ca.Dispose();
            Server.Dispose();
        }
    }
}
