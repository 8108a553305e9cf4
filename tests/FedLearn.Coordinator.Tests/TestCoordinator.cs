using FedLearn.Protocol.V1;
using Grpc.Core;
using Grpc.Net.Client;

namespace FedLearn.Coordinator.Tests;

/// <summary>A real coordinator on a free loopback port and a folder of its own.</summary>
internal sealed class TestCoordinator : IAsyncDisposable
{
    private readonly bool _ownsFolder;
    private CoordinatorHost _host;
    private GrpcChannel _channel;

    private TestCoordinator(CoordinatorHost host, string folder, bool ownsFolder)
    {
        (_host, Folder, _ownsFolder) = (host, folder, ownsFolder);
        _channel = GrpcChannel.ForAddress(host.Address);
    }

    public string Folder { get; }

    public string Address => _host.Address;

    public string OperationsAddress => _host.OperationsAddress;

    public Runs.RunsClient Runs => new(_channel);

    public Federation.FederationClient Federation => new(_channel);

    public Metadata Operator => Bearer(File.ReadAllText(_host.OperatorTokenFile).Trim());

    public static async Task<TestCoordinator> StartAsync(string? folder = null)
    {
        var path = folder ?? Directory.CreateTempSubdirectory("fedlearn-test-").FullName;
        return new TestCoordinator(await CoordinatorHost.StartAsync(OptionsFor(path)), path, folder is null);
    }

    /// <summary>With settings of the test's own, on a folder of the test's own.</summary>
    public static async Task<TestCoordinator> StartAsync(CoordinatorOptions options, CoordinatorSeams? seams = null) =>
        new(await CoordinatorHost.StartAsync(options, null, seams), options.DataFolder, ownsFolder: false);

    public static CoordinatorOptions OptionsFor(string folder) => new()
    {
        DataFolder = folder,
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
        _host = await CoordinatorHost.StartAsync(OptionsFor(Folder));
        _channel = GrpcChannel.ForAddress(_host.Address);
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
}
