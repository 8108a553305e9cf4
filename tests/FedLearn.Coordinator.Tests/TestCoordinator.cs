using FedLearn.Protocol.V1;
using Grpc.Core;
using Grpc.Net.Client;

namespace FedLearn.Coordinator.Tests;

/// <summary>A real coordinator on a free loopback port and a folder of its own.</summary>
internal sealed class TestCoordinator : IAsyncDisposable
{
    private readonly bool _ownsFolder;
    private readonly CoordinatorOptions _options;
    private CoordinatorHost _host;
    private GrpcChannel _channel;

    private TestCoordinator(CoordinatorHost host, CoordinatorOptions options, bool ownsFolder)
    {
        (_host, _options, _ownsFolder) = (host, options, ownsFolder);
        _channel = Connect();
    }

    public string Folder => _options.DataFolder;

    public string Address => _host.Address;

    public string VectorsAddress => _host.VectorsAddress;

    public string OperationsAddress => _host.OperationsAddress;

    public Runs.RunsClient Runs => new(_channel);

    public Federation.FederationClient Federation => new(_channel);

    public Log.LogClient Log => new(_channel);

    public Metadata Operator => Bearer(File.ReadAllText(_host.OperatorTokenFile).Trim());

    public static async Task<TestCoordinator> StartAsync(string? folder = null, Func<CoordinatorOptions, CoordinatorOptions>? with = null, bool tls = false)
    {
        var options = OptionsFor(folder ?? Directory.CreateTempSubdirectory("fedlearn-test-").FullName);
        options = tls ? TestCertificate.AddTo(options) : options;
        options = with?.Invoke(options) ?? options;
        return new TestCoordinator(await CoordinatorHost.StartAsync(options), options, folder is null);
    }

    /// <summary>A handler that trusts the coordinator's certificate, where it has one.</summary>
    public SocketsHttpHandler NewHandler() => TestCertificate.Trusting(_options);

    public static CoordinatorOptions OptionsFor(string folder) => new()
    {
        DataFolder = folder,
        Insecure = true,
        Listen = "http://127.0.0.1:0",
        Operations = "http://127.0.0.1:0",
        Vectors = "http://127.0.0.1:0",
        PlainLog = true,
        DrainSeconds = 1,
    };

    public static Metadata Bearer(string token) => new() { { "authorization", $"Bearer {token}" } };

    /// <summary>Stops as an operator would, and starts again on the same folder.</summary>
    public async Task RestartAsync()
    {
        _channel.Dispose();
        await _host.StopAsync();
        await _host.DisposeAsync();
        _host = await CoordinatorHost.StartAsync(_options);
        _channel = Connect();
    }

    public async Task<Run> CreateRunAsync(string specJson)
    {
        using var call = Runs.CreateRun(Operator);
        await call.RequestStream.WriteAsync(new CreateRunRequest { SpecJson = specJson });
        await call.RequestStream.CompleteAsync();
        return (await call).Run;
    }

    public async Task<TestClient> JoinAsync(string id)
    {
        var reply = await Federation.JoinAsync(new JoinRequest { ClientId = id, ProtocolVersion = 1, Software = "test" });
        return new TestClient(id, reply.Token, this);
    }

    /// <summary>A run with one vector of this many values, all zero at first.</summary>
    public static string Spec(int elements = 4, string name = "test", string more = "") => $$"""
        { "name": "{{name}}", {{more}}
          "model": { "kind": "custom", "tensors": [ { "name": "w", "shape": [{{elements}}], "init": { "kind": "zeros" } } ] } }
        """;

    public async ValueTask DisposeAsync()
    {
        _channel.Dispose();
        await _host.StopAsync();
        await _host.DisposeAsync();
        if (_ownsFolder)
        {
            Directory.Delete(Folder, recursive: true);
        }
    }

    private GrpcChannel Connect() =>
        GrpcChannel.ForAddress(_host.Address, new GrpcChannelOptions { HttpHandler = NewHandler(), DisposeHttpClient = true });
}
