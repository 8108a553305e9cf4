using System.Diagnostics;
using FedLearn.Proofs.Crash.Check;

namespace FedLearn.Proofs.Crash;

/// <summary>
/// The coordinator is killed at, or gets an error from, the n-th write, sync and rename of a whole round: a cross-check by strace of what
/// the power-loss proof enumerates at its own layer.
/// </summary>
/// <remarks>
/// One round of two runs, of small and of large updates, for each point. All trainers are held at the round's beginning, strace is
/// attached, and they are let go. Either the process ends, and the next one goes on with the round; or it lives, has refused what failed,
/// and reaches the next round. strace counts per thread, so a point says "the n-th of some thread".
/// </remarks>
internal sealed class SyscallProof(string folder, IReadOnlyList<FaultPoint> points, Findings findings)
{
    private const int Clients = 3;
    private const long Seed = 11;
    private readonly Turnstile _turnstile = new();
    private int _ended;
    private int _fatal;
    private int _lived;

    public async Task RunAsync()
    {
        var watch = Stopwatch.StartNew();
        CrashRun[] runs = [new("small", Seed, 5_000, points.Count + 1, Clients), new("large", Seed, 400_000, points.Count + 1, Clients)];
        await using var federation = Federation.Create(new CrashSite(folder), Clients, mayTrain: _turnstile.MayTrain);
        runs.ToList().ForEach(federation.Site.Add);
        await federation.Site.StartAsync().ConfigureAwait(false);
        foreach (var point in points)
        {
            await PassAsync(federation, point).ConfigureAwait(false);
        }

        _turnstile.Open(forGood: true);
        await Task.WhenAll(runs.Select(r => federation.RunOverAsync(r.Name))).ConfigureAwait(false);
        await federation.Site.Process!.TerminateAsync().ConfigureAwait(false);

        var stored = StoredFolder.Read(federation.Site.Data);
        findings.FailAll(FolderCheck.Violations(stored, federation.Ledger, Seed));
        findings.Say($"{points.Count} points: {_ended} ended the process ({_fatal} of them by its own decision after an unknown outcome), {_lived} were refused or not reached; "
            + $"{stored.Rounds.Count(r => r.Status == "Void")} of {stored.Rounds.Count} rounds void with a reason, {federation.Ledger.All.Count} receipts; took {watch.Elapsed.TotalSeconds:0} s");
    }

    private async Task PassAsync(Federation federation, FaultPoint point)
    {
        var process = federation.Site.Process!;
        await _turnstile.WaitAsync(2 * Clients, federation).ConfigureAwait(false);
        await using (await Strace.AttachAsync(process.Id, point, Paths(federation.Site, point)).ConfigureAwait(false))
        {
            var exit = process.ExitAsync(120);
            _turnstile.Open();
            var next = _turnstile.HeldAsync(2 * Clients);
            await Task.WhenAny(exit, next).ConfigureAwait(false);
            if (!exit.IsCompleted)
            {
                _lived++;
                return;
            }

            await exit.ConfigureAwait(false);
        }

        _ended++;
        if (point.Effect != FaultPoint.Kill)
        {
            _fatal++;
            var said = process.Log.All.Any(e => e.Id == 1005) || process.Log.All.Any(e => e.Text.StartsWith("fatal: ", StringComparison.Ordinal));
            findings.Require(said, $"{point}: the process ended without saying why:{Environment.NewLine}{process.Log.Tail}");
            // What a failed sync has left on disk is unknown, whatever its reason; a failed write has changed nothing.
            findings.Require(point.Effect == FaultPoint.BrokenDisk || point.IsSync, $"{point}: a full disk is a known failure and must be refused, but the process ended:{Environment.NewLine}{process.Log.Tail}");
        }

        await federation.Site.StartAsync().ConfigureAwait(false);
    }

    /// <summary>write is also what consoles and pipes get; of it only the database's files are meant.</summary>
    private static string[] Paths(CrashSite site, FaultPoint point) =>
        point.Call == "write" ? [Path.Combine(site.Data, "fedlearn.db"), Path.Combine(site.Data, "fedlearn.db-wal")] : [];
}
