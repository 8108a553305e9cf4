namespace FedLearn.Proofs.Crash.Cases;

/// <summary>
/// A worker finishes its update while the coordinator is dead, seals it as nobody answers, and dies too: its next process delivers it and trains nothing.
/// </summary>
internal sealed class KeptUpdateCase : ICrashCase
{
    public string Name => "kept-update";

    public async Task RunAsync(CaseContext context)
    {
        // The worker outside is the last of three: the undisturbed runs are others, so the bits are checked by the folder's check alone.
        var turnstile = new Turnstile();
        await using var federation = Federation.Create(new CrashSite(context.Folder), CaseContext.Clients, outside: true, mayTrain: turnstile.MayTrain);
        var run = CaseContext.Large with { Clients = CaseContext.Clients + 1 };
        federation.Site.Add(run);
        var (outside, process) = (federation.Outside!, await federation.Site.StartAsync().ConfigureAwait(false));

        // The kill comes when the worker has begun to train: it is done long before anybody answers again.
        await outside.Log.WhenAsync(2030, "round 1").ConfigureAwait(false);
        await process.KillAsync().ConfigureAwait(false);
        await outside.Log.WhenAsync(e => e.Id is 2003 or 2007, "the worker to miss its coordinator").ConfigureAwait(false);
        await KeptAsync(federation.Site, outside).ConfigureAwait(false);
        await outside.RestartAsync().ConfigureAwait(false);

        turnstile.Open(forGood: true);
        await federation.Site.StartAsync().ConfigureAwait(false);
        await outside.Log.WhenAsync(2051, "round 1:").ConfigureAwait(false);
        var trained = outside.Log.All.Count(e => e.Id == 2030 && e.Text.StartsWith("round 1:", StringComparison.Ordinal));
        context.Findings.Require(trained == 1, $"the worker trained round 1 {trained} times; its kept update should have been delivered");
        await federation.RunOverAsync(run.Name).ConfigureAwait(false);
        await federation.Site.Process!.TerminateAsync().ConfigureAwait(false);
        context.Findings.FailAll(Check.FolderCheck.Violations(Check.StoredFolder.Read(federation.Site.Data), federation.Ledger, CaseContext.Seed));
        context.Findings.Say("  trained once, killed, and delivered by the next process");
    }

    /// <summary>Waits until the sealed update has its name in the worker's state folder.</summary>
    private static async Task KeptAsync(CrashSite site, ParticipantProcess worker)
    {
        var state = Path.Combine(site.Folder, worker.Id, "state");
        using var watcher = new FileSystemWatcher(state) { IncludeSubdirectories = true, EnableRaisingEvents = true };
        var appeared = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        watcher.Created += (_, _) => Look();
        watcher.Renamed += (_, _) => Look();
        Look();
        await appeared.Task.WaitAsync(TimeSpan.FromSeconds(60)).ConfigureAwait(false);

        void Look()
        {
            if (Directory.EnumerateFiles(state, "update.1.*.sealed", SearchOption.AllDirectories).Any())
            {
                appeared.TrySetResult();
            }
        }
    }
}
