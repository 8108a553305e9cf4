using FedLearn.Client;
using FedLearn.Client.Training;
using FedLearn.Client.Vault.Keys;
using FedLearn.Coordinator;
using FedLearn.Coordinator.Identity;
using FedLearn.Protocol.V1;
using Grpc.Core;
using Grpc.Net.Client;
using Microsoft.Extensions.DependencyInjection;

namespace FedLearn.Dashboard.Tests.Fakes;

/// <summary>A real coordinator with its page, and real workers, in this process.</summary>
internal sealed class PageFederation : IAsyncDisposable
{
    private readonly CoordinatorHost _host;
    private readonly string _folder;
    private readonly GrpcChannel _channel;
    private readonly CancellationTokenSource _stop = new();
    private readonly List<Task> _workers = [];

    private PageFederation(CoordinatorHost host, string folder)
    {
        (_host, _folder) = (host, folder);
        _channel = GrpcChannel.ForAddress(host.Address.Replace("https:", "http:", StringComparison.Ordinal));
    }

    public string Page => _host.PageUrl;

    public string PageAddress => _host.PageAddress;

    public string? Fingerprint => _host.PageFingerprint;

    public string ParticipantsAddress => _host.Address;

    public string Token => File.ReadAllText(_host.OperatorTokenFile).Trim();

    public Metadata Operator => new() { { "authorization", $"Bearer {Token}" } };

    public Runs.RunsClient Runs => new(_channel);

    internal IServiceProvider Services => _host.Services;

    public static async Task<PageFederation> StartAsync(Func<CoordinatorOptions, CoordinatorOptions>? with = null)
    {
        var folder = Directory.CreateTempSubdirectory("fedlearn-page-").FullName;
        var options = new CoordinatorOptions
        {
            DataFolder = Path.Combine(folder, "coordinator"),
            Insecure = true,
            Listen = "http://127.0.0.1:0",
            Operations = "http://127.0.0.1:0",
            Vectors = "http://127.0.0.1:0",
            Page = "http://127.0.0.1:0",
            PlainLog = true,
            DrainSeconds = 0,
            CompleteSpec = Cli.Runs.SpecInput.FillTensors,
        };
        return new PageFederation(await CoordinatorHost.StartAsync(with?.Invoke(options) ?? options), folder);
    }

    public string SignInLink() => _host.MakeSignInLink();

    /// <summary>Starts a worker.</summary>
    public void AddWorker(string id, params IReadOnlyCollection<ITrainer> trainers) => _workers.Add(FederationClient.RunAsync(
        new WorkerOptions
        {
            Coordinator = _host.Address,
            ClientId = id,
            StateFolder = Path.Combine(_folder, id),
            Policy = WorkerPolicy.Everything,
            Key = KeySource.FromKeyFile(Path.Combine(_folder, $"{id}.key")),
        },
        trainers,
        _stop.Token));

    /// <summary>Creates a run of two clients whose trainers are <see cref="PacedTrainer"/>.</summary>
    public Task<string> CreateAsync(string name = "paced", int rounds = 5, int clients = 2, int elements = 4) => CreateRunAsync(Spec(name, rounds, clients, elements));

    public async Task<string> CreateRunAsync(string spec)
    {
        using var call = Runs.CreateRun(Operator);
        await call.RequestStream.WriteAsync(new CreateRunRequest { SpecJson = spec });
        await call.RequestStream.CompleteAsync();
        return (await call).Run.RunId;
    }

    /// <summary>Runs one to its end, with two workers.</summary>
    public async Task<string> RunAsync(int rounds, string name = "paced")
    {
        var run = await CreateAsync(name, rounds);
        foreach (var id in new[] { "hospital-a", "hospital-b" })
        {
            var trainer = new PacedTrainer();
            trainer.Let(rounds);
            AddWorker(id, trainer);
        }

        await UntilAsync(run, r => r.Status == RunStatus.Completed);
        return run;
    }

    /// <summary>Waits until a run is as wanted.</summary>
    public async Task UntilAsync(string run, Func<Run, bool> wanted)
    {
        using var watch = Runs.WatchRun(new WatchRunRequest { RunId = run }, Operator);
        do
        {
            Assert.True(await watch.ResponseStream.MoveNext(TestContext.Current.CancellationToken), "the run is over");
        }
        while (watch.ResponseStream.Current.Run is not { } now || !wanted(now));
    }

    public async Task PauseAsync(string run) => await Runs.PauseRunAsync(new PauseRunRequest { RunId = run }, Operator);

    public async Task<Run> FindAsync(string run) => (await Runs.GetRunAsync(new GetRunRequest { RunId = run }, Operator)).Run;

    /// <summary>Makes a token of an operator or a viewer.</summary>
    public string MakeToken(string name, bool isOperator) => MakeToken(name, isOperator ? Scope.Operator : Scope.Viewer);

    public string MakeToken(string name, Scope scopes) => _host.Services.GetRequiredService<ApiTokens>().Create(name, scopes, seconds: 3600).Token;

    public void DeleteToken(string name) => Assert.True(_host.Services.GetRequiredService<ApiTokens>().Delete(name));

    public static string Spec(string name, int rounds, int clients, int elements = 4) => $$"""
        { "name": "{{name}}", "stop": { "rounds": {{rounds}} }, "cohort": { "minimum": {{clients}} }, "closing": { "minUpdates": {{clients}}, "maxSeconds": 600 },
          "model": { "kind": "own", "tensors": [ { "name": "w", "shape": [{{elements}}], "init": { "kind": "zeros" } } ] } }
        """;

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
}
