using FedLearn.Client;
using FedLearn.Client.Vault.Keys;

namespace FedLearn.Proofs.Crash;

/// <summary>A worker of the SDK in this process: it lives through every death of its coordinator.</summary>
internal sealed class Participant : IAsyncDisposable
{
    /// <summary>Short waits between attempts: a proof kills a coordinator more often than a year of use does.</summary>
    private static readonly TimeSpan s_firstWait = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan s_longestWait = TimeSpan.FromMilliseconds(160);

    private readonly CancellationTokenSource _stop = new();
    private readonly Task _running;

    public Participant(CrashSite site, string id, ReceiptLedger ledger, Func<Client.Training.FitContext, Task>? mayTrain = null)
    {
        Id = id;
        var options = OptionsOf(site.Address, id, Path.Combine(site.Folder, id)) with
        {
            Logging = new EventLogger(Log.Add),
            OnReceipt = ledger.Add,
        };
        _running = Task.Run(async () =>
        {
            try
            {
                await FederationClient.RunAsync(options, [new HashTrainer(mayTrain)], _stop.Token).ConfigureAwait(false);
                Log.End($"worker {id} has ended");
            }
            catch (Exception e)
            {
                Log.End($"worker {id} ended with {e.GetType().Name}: {e.Message}");
            }
        });
    }

    public string Id { get; }

    public EventLog Log { get; } = new();

    /// <summary>How every worker of a proof is set up.</summary>
    public static WorkerOptions OptionsOf(string coordinator, string id, string folder) => new()
    {
        Coordinator = coordinator,
        ClientId = id,
        StateFolder = Path.Combine(folder, "state"),
        Policy = WorkerPolicy.Everything,
        Key = KeySource.FromKeyFile(KeyFileIn(folder)),
        MaxConcurrent = 2,
        FirstBackoff = s_firstWait,
        MaxBackoff = s_longestWait,
    };

    /// <summary>Waits until the worker has heard that a run of this name is over.</summary>
    public Task RunOverAsync(string name, double seconds) =>
        Log.WhenAsync(e => e.Id == 2022 && e.Text.StartsWith($"run {name}-", StringComparison.Ordinal), $"the end of run {name}", seconds);

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        await _running.ConfigureAwait(false);
        _stop.Dispose();
    }

    private static string KeyFileIn(string folder)
    {
        Directory.CreateDirectory(folder);
        return Path.Combine(folder, "key");
    }
}
