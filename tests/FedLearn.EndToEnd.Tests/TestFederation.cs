using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using FedLearn.Client;
using FedLearn.Client.Training;
using FedLearn.Client.Vault.Keys;
using FedLearn.Coordinator;
using FedLearn.Core.Models;
using FedLearn.Protocol.V1;
using FedLearn.Training;
using FedLearn.Training.Data;
using FedLearn.Training.Models;
using Grpc.Core;
using Grpc.Net.Client;

namespace FedLearn.EndToEnd.Tests;

/// <summary>A real coordinator and real workers in this process: everything but the process boundary is what a user runs.</summary>
internal sealed class TestFederation : IAsyncDisposable
{
    private readonly CoordinatorHost _host;
    private readonly string _folder;
    private readonly GrpcChannel _channel;
    private readonly CancellationTokenSource _stop = new();
    private readonly List<Task> _workers = [];

    private TestFederation(CoordinatorHost host, string folder)
    {
        (_host, _folder) = (host, folder);
        _channel = GrpcChannel.ForAddress(host.Address);
        Runs = new Runs.RunsClient(_channel);
        Operator = new Metadata { { "authorization", $"Bearer {File.ReadAllText(host.OperatorTokenFile).Trim()}" } };
    }

    public Runs.RunsClient Runs { get; }

    public Metadata Operator { get; }

    public string OperationsAddress => _host.OperationsAddress;

    public string VectorsAddress => _host.VectorsAddress;

    public static async Task<TestFederation> StartAsync()
    {
        var folder = Directory.CreateTempSubdirectory("fedlearn-e2e-").FullName;
        var options = new CoordinatorOptions
        {
            DataFolder = Path.Combine(folder, "coordinator"),
            Insecure = true,
            Listen = "http://127.0.0.1:0",
            Operations = "http://127.0.0.1:0",
            Vectors = "http://127.0.0.1:0",
            PlainLog = true,
            DrainSeconds = 1,
        };
        return new TestFederation(await CoordinatorHost.StartAsync(options), folder);
    }

    /// <summary>Starts one worker with these trainers.</summary>
    public void AddWorker(string id, IReadOnlyCollection<ITrainer> trainers, Func<WorkerOptions, WorkerOptions>? change = null)
    {
        var options = new WorkerOptions
        {
            Coordinator = _host.Address,
            ClientId = id,
            StateFolder = Path.Combine(_folder, id),
            Policy = WorkerPolicy.Everything,
            Key = KeySource.FromKeyFile(Path.Combine(_folder, $"{id}.key")),
        };
        _workers.Add(FederationClient.RunAsync(change?.Invoke(options) ?? options, trainers, _stop.Token));
    }

    /// <summary>Starts one worker per data set, named by its place.</summary>
    public void AddWorkers(IEnumerable<LocalData> data)
    {
        foreach (var (local, index) in data.Select((d, i) => (d, i)))
        {
            AddWorker($"client-{index:d3}", LocalTrainer.ForAllKinds(local));
        }
    }

    /// <summary>Creates a run from a spec whose model is built in, as the command line does, and waits for its end.</summary>
    public async Task<GetRunReply> RunToEndAsync(string specJson)
    {
        using var create = Runs.CreateRun(Operator);
        await create.RequestStream.WriteAsync(new CreateRunRequest { SpecJson = WithTensors(specJson) });
        await create.RequestStream.CompleteAsync();
        var id = (await create).Run.RunId;
        using var watch = Runs.WatchRun(new WatchRunRequest { RunId = id }, Operator);
        while (await watch.ResponseStream.MoveNext(TestContext.Current.CancellationToken))
        {
            Assert.All(_workers, w => Assert.False(w.IsFaulted, w.Exception?.ToString()));
        }

        return await Runs.GetRunAsync(new GetRunRequest { RunId = id }, Operator);
    }

    /// <summary>The parameters of a run's newest version.</summary>
    public async Task<float[]> ParametersAsync(string runId)
    {
        using var call = Runs.DownloadModel(new DownloadModelRequest { RunId = runId }, Operator);
        var file = new MemoryStream();
        while (await call.ResponseStream.MoveNext(TestContext.Current.CancellationToken))
        {
            call.ResponseStream.Current.Chunk?.Data.WriteTo(file);
        }

        var bytes = file.ToArray();
        var (headerLength, problem) = Safetensors.ReadPrefix(bytes.AsSpan(0, Safetensors.PrefixLength), bytes.Length);
        Assert.Null(problem);
        return MemoryMarshal.Cast<byte, float>(bytes.AsSpan(Safetensors.PrefixLength + headerLength)).ToArray();
    }

    public static ModelDefinition Model(string json) => ModelRegistry.Create(JsonElement.Parse(json)).Definition!;

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await Task.WhenAll(_workers);
        _channel.Dispose();
        await _host.StopAsync();
        await _host.DisposeAsync();
        _stop.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private static string WithTensors(string specJson)
    {
        var spec = JsonNode.Parse(specJson)!;
        var tensors = Model(spec["model"]!.ToJsonString()).Manifest.Tensors.Select(t => new JsonObject
        {
            ["name"] = t.Name,
            ["shape"] = new JsonArray([.. t.Shape.Select(d => JsonValue.Create(d))]),
            ["init"] = new JsonObject { ["kind"] = t.Init.Kind.ToString().ToLowerInvariant() },
        });
        spec["model"]!["tensors"] = new JsonArray([.. tensors]);
        return spec.ToJsonString();
    }
}
