using FedLearn.Client.Tests.Vault;
using FedLearn.Client.Training;
using FedLearn.Client.Vault.Keys;

namespace FedLearn.Client.Tests.Fakes;

/// <summary>A participant's program as its author would run it, in the background, with waits of milliseconds.</summary>
internal sealed class Worker : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();

    private Worker(Task running) => Running = running;

    public Task Running { get; private set; }

    public LogCapture Log { get; private init; } = new();

    public static Worker Start(string address, TempFolder folder, ITrainer trainer, Func<WorkerOptions, WorkerOptions>? change = null)
    {
        var log = new LogCapture();
        var options = new WorkerOptions
        {
            Coordinator = address,
            ClientId = "hospital-a",
            StateFolder = folder.File("state"),
            Policy = WorkerPolicy.Everything,
            Key = KeySource.FromKeyFile(folder.File("state.key")),
            Logging = log,
            FirstBackoff = TimeSpan.FromMilliseconds(1),
            MaxBackoff = TimeSpan.FromMilliseconds(20),
        };
        var worker = new Worker(Task.CompletedTask) { Log = log };
        worker.Running = FederationClient.RunAsync(change?.Invoke(options) ?? options, [trainer], worker._stop.Token);
        return worker;
    }

    /// <summary>Stops the worker as SIGTERM does, and waits for its end.</summary>
    public async Task StopAsync()
    {
        await _stop.CancelAsync();
        await Running.WaitAsync(Patience.Limit);
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await Running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
    }
}
