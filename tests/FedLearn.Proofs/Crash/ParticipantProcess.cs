using System.Diagnostics;
using FedLearn.Client;

namespace FedLearn.Proofs.Crash;

/// <summary>A worker as a process of its own, which dies too: what it had finished must still be delivered.</summary>
internal sealed class ParticipantProcess : IAsyncDisposable
{
    private const string ReceiptWord = "receipt";

    private readonly CrashSite _site;
    private readonly ReceiptLedger _ledger;
    private Process _process;
    private Task _following;

    public ParticipantProcess(CrashSite site, string id, ReceiptLedger ledger)
    {
        (_site, _ledger, Id) = (site, ledger, id);
        (_process, _following) = Start();
    }

    public string Id { get; }

    /// <summary>What it has said, through all its lives.</summary>
    public EventLog Log { get; } = new();

    /// <summary>SIGKILL, and at once a new process on the same state.</summary>
    public async Task RestartAsync()
    {
        await KillAsync().ConfigureAwait(false);
        Restart();
    }

    /// <summary>SIGKILL, and waits until the process is gone.</summary>
    public async Task KillAsync()
    {
        Signals.Send(_process.Id, Signals.Kill);
        await _process.WaitForExitAsync().ConfigureAwait(false);
        await _following.ConfigureAwait(false);
        _process.Dispose();
    }

    /// <summary>A new process on the same state; the old one is gone.</summary>
    public void Restart() => (_process, _following) = Start();

    public async ValueTask DisposeAsync() => await KillAsync().ConfigureAwait(false);

    /// <summary>What the child does: takes part until its standard input ends, and writes log and receipts to its standard output.</summary>
    public static async Task<bool> RunChildAsync(ProofArguments arguments)
    {
        using var stop = new CancellationTokenSource();
        _ = Task.Run(async () =>
        {
            while (await Console.In.ReadLineAsync().ConfigureAwait(false) is not null)
            {
            }

            await stop.CancelAsync().ConfigureAwait(false);
        });
        var options = Participant.OptionsOf(arguments.Text("coordinator")!, arguments.Text("worker")!, arguments.Text("folder")!) with
        {
            Logging = new EventLogger(e => Console.WriteLine($"{e.Id} {e.Text.ReplaceLineEndings(" ")}")),
            OnReceipt = r => Console.WriteLine($"{ReceiptWord} {r.RunId} {r.Round} {r.ClientId} {Convert.ToHexStringLower(r.Digest.Span)} {r.NumExamples}"),
        };
        await FederationClient.RunAsync(options, [new HashTrainer()], stop.Token).ConfigureAwait(false);
        return true;
    }

    private (Process Process, Task Following) Start()
    {
        var start = new ProcessStartInfo(Dotnet.Path) { RedirectStandardInput = true, RedirectStandardOutput = true };
        string[] words = [typeof(ParticipantProcess).Assembly.Location, "crash", "--worker", Id, "--coordinator", _site.Address, "--folder", Path.Combine(_site.Folder, Id)];
        Array.ForEach(words, start.ArgumentList.Add);
        var process = Process.Start(start)!;
        return (process, FollowAsync(process.StandardOutput));
    }

    private async Task FollowAsync(StreamReader lines)
    {
        while (await lines.ReadLineAsync().ConfigureAwait(false) is { } line)
        {
            switch (line.Split(' ', 6))
            {
                case [ReceiptWord, var run, var round, var client, var digest, var examples]:
                    _ledger.Add(new Promise(run, int.Parse(round), client, digest, long.Parse(examples)));
                    break;
                case [var id, ..] when int.TryParse(id, out var number):
                    Log.Add(new LogEvent(number, line[(id.Length + 1)..]));
                    break;
                default:
                    Log.Add(new LogEvent(0, line));
                    break;
            }
        }
    }
}
