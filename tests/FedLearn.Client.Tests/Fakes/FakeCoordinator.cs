using System.Net;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace FedLearn.Client.Tests.Fakes;

/// <summary>
/// A coordinator as a participant sees it, over a real loopback connection: it holds runs, versions and updates in memory, keeps them
/// across <see cref="RestartAsync"/>, and misbehaves as the test's script says.
/// </summary>
internal sealed class FakeCoordinator : IAsyncDisposable
{
    private WebApplication? _app;
    private readonly X509Certificate2? _certificate;
    private int _port;
    private int _roadPort;

    private FakeCoordinator(X509Certificate2? certificate) => (_certificate, Service) = (certificate, new FakeFederation(Faults));

    public FaultScript Faults { get; } = new();

    public FakeFederation Service { get; }

    public string Address => $"{(_certificate is null ? "http" : "https")}://127.0.0.1:{_port}";

    /// <summary>The other road's base; it is offered once <see cref="FakeRoad.Url"/> says so.</summary>
    public string RoadAddress => _certificate is null ? $"http://127.0.0.1:{_roadPort}" : Address;

    /// <param name="certificate">With one, the coordinator speaks TLS, HTTP/1.1 and HTTP/2 on one port.</param>
    public static async Task<FakeCoordinator> StartAsync(X509Certificate2? certificate = null)
    {
        var coordinator = new FakeCoordinator(certificate);
        await coordinator.ListenAsync();
        return coordinator;
    }

    /// <summary>Ends all connections at once and listens again on the same port; open uploads are as they were.</summary>
    public async Task RestartAsync()
    {
        await StopAsync();
        await ListenAsync();
    }

    public async Task StopAsync()
    {
        Service.EndStreams();
        if (_app is { } app)
        {
            _app = null;
            await app.StopAsync();
            await app.DisposeAsync();
        }
    }

    public async Task ListenAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Services.Configure<HostOptions>(o => o.ShutdownTimeout = TimeSpan.Zero);
        builder.Services.AddGrpc();
        builder.Services.AddSingleton(Service);
        builder.WebHost.ConfigureKestrel(Listen);
        _app = builder.Build();
        _app.MapGrpcService<FakeFederation>();
        Service.Road.Map(_app);
        await _app.StartAsync();
        _port = new Uri(_app.Urls.First()).Port;
        _roadPort = new Uri(_app.Urls.Last()).Port;
    }

    private void Listen(KestrelServerOptions kestrel)
    {
        kestrel.Limits.MaxRequestBodySize = null;
        kestrel.Listen(IPAddress.Loopback, _port, l =>
        {
            l.Protocols = _certificate is null ? HttpProtocols.Http2 : HttpProtocols.Http1AndHttp2;
            if (_certificate is not null)
            {
                l.UseHttps(_certificate);
            }
        });
        if (_certificate is null)
        {
            kestrel.Listen(IPAddress.Loopback, _roadPort, l => l.Protocols = HttpProtocols.Http1);
        }
    }

    public async ValueTask DisposeAsync() => await StopAsync();
}
