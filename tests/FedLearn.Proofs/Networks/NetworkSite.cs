using FedLearn.Coordinator;
using Microsoft.Extensions.Logging;

namespace FedLearn.Proofs.Networks;

/// <summary>A real coordinator in this process, and workers that reach both of its listeners through proxies only.</summary>
internal sealed class NetworkSite : IAsyncDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("fedlearn-networks-").FullName;
    private readonly List<SiteWorker> _workers = [];
    private readonly ILoggerFactory _logging;
    private CoordinatorHost? _host;
    private OperatorClient? _operator;

    private NetworkSite(Func<int, LinkPlan> calls, Func<int, LinkPlan> vectors, ILoggerFactory logging) =>
        (Calls, Vectors, _logging) = (new ChaosProxy(calls), new ChaosProxy(vectors), logging);

    /// <summary>The proxy before the gRPC listener.</summary>
    public ChaosProxy Calls { get; }

    /// <summary>The proxy before the listener of vectors.</summary>
    public ChaosProxy Vectors { get; }

    public OperatorClient Operator => _operator!;

    /// <param name="calls">What a connection to the gRPC listener suffers, by its number.</param>
    /// <param name="vectors">What a connection to the listener of vectors suffers.</param>
    /// <param name="offersRoad">Whether the coordinator offers its other road.</param>
    /// <param name="logging">Where the workers log.</param>
    public static async Task<NetworkSite> StartAsync(
        Func<int, LinkPlan> calls, Func<int, LinkPlan> vectors, bool offersRoad, ILoggerFactory logging)
    {
        var site = new NetworkSite(calls, vectors, logging);
        site._host = await CoordinatorHost.StartAsync(new CoordinatorOptions
        {
            DataFolder = Path.Combine(site._folder, "coordinator"),
            Insecure = true,
            Listen = "http://127.0.0.1:0",
            Operations = "http://127.0.0.1:0",
            Vectors = offersRoad ? "http://127.0.0.1:0" : "",
            VectorsUrl = offersRoad ? site.Vectors.Address : null,
            LogFile = Path.Combine(site._folder, "coordinator.log"),
            DrainSeconds = 0,
        }).ConfigureAwait(false);
        site.Calls.Target = new Uri(site._host.Address);
        site.Vectors.Target = offersRoad ? new Uri(site._host.VectorsAddress) : null;
        site._operator = new OperatorClient(site._host.Address, site._host.OperatorTokenFile);
        return site;
    }

    /// <summary>Starts workers client-1, client-2, ...</summary>
    public void AddWorkers(int count)
    {
        for (var n = 1; n <= count; n++)
        {
            _workers.Add(new SiteWorker(Calls.Address, $"client-{n}", Path.Combine(_folder, $"client-{n}"), _logging));
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Task.WhenAll(_workers.Select(w => w.DisposeAsync().AsTask())).ConfigureAwait(false);
        await Calls.DisposeAsync().ConfigureAwait(false);
        await Vectors.DisposeAsync().ConfigureAwait(false);
        _operator?.Dispose();
        if (_host is not null)
        {
            await _host.StopAsync().ConfigureAwait(false);
            await _host.DisposeAsync().ConfigureAwait(false);
        }

        Directory.Delete(_folder, recursive: true);
    }
}
