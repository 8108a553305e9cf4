using FedLearn.Client;
using FedLearn.Client.Vault.Keys;
using Microsoft.Extensions.Logging;

namespace FedLearn.Proofs.Networks;

/// <summary>A worker of the SDK in this process, with short waits between attempts.</summary>
internal sealed class SiteWorker : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _running;

    public SiteWorker(string coordinator, string id, string folder, ILoggerFactory logging)
    {
        Directory.CreateDirectory(folder);
        var options = new WorkerOptions
        {
            Coordinator = coordinator,
            ClientId = id,
            StateFolder = Path.Combine(folder, "state"),
            Policy = WorkerPolicy.Everything,
            Key = KeySource.FromKeyFile(Path.Combine(folder, "key")),
            Logging = logging,
            FirstBackoff = TimeSpan.FromMilliseconds(20),
            MaxBackoff = TimeSpan.FromMilliseconds(200),
        };
        _running = FederationClient.RunAsync(options, [new SeededTrainer()], _stop.Token);
    }

    /// <summary>Throws what ended the worker, where something has.</summary>
    public void ThrowIfEnded() => _running.Exception?.Handle(_ => false);

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        await _running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
    }
}
