using System.Net;
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
    private int _port;

    private FakeCoordinator() => Service = new FakeFederation(Faults);

    public FaultScript Faults { get; } = new();

    public FakeFederation Service { get; }

    public string Address => $"http://127.0.0.1:{_port}";

    public static async Task<FakeCoordinator> StartAsync()
    {
        var coordinator = new FakeCoordinator();
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
        builder.WebHost.ConfigureKestrel(k => k.Listen(IPAddress.Loopback, _port, l => l.Protocols = HttpProtocols.Http2));
        _app = builder.Build();
        _app.MapGrpcService<FakeFederation>();
        await _app.StartAsync();
        _port = new Uri(_app.Urls.Single()).Port;
    }

    public async ValueTask DisposeAsync() => await StopAsync();
}
