using System.Diagnostics;
using FedLearn.Proofs.Crash.Check;

namespace FedLearn.Proofs.Crash;

/// <summary>
/// SIGKILL at random instants, restart at once, until the kills are used up and the runs are over: nothing that was acknowledged is lost
/// or counted twice, and the models are the undisturbed run's, bit for bit.
/// </summary>
/// <remarks>
/// Two runs are open at a time, one of small updates and one of large ones; when both are over and kills are left, the next two begin.
/// A quarter of the kills fall into the start itself. Every fifth one a worker process dies as well.
/// </remarks>
/// <param name="folder">Where everything lies.</param>
/// <param name="kills">How often the coordinator is killed.</param>
/// <param name="seed">Draws the instants.</param>
/// <param name="findings">Receives what held and what did not.</param>
/// <param name="alone">Whether the machine is this proof's alone: then recovery is held to its time, and no round may be void, for no limit of a run is in seconds.</param>
internal sealed class KillProof(string folder, int kills, int seed, Findings findings, bool alone)
{
    private const int Inside = 3;

    /// <summary>So many lives without a receipt, and the next one lasts until there is one: a busy machine must not starve the runs.</summary>
    private const int IdleLives = 5;
    private static readonly TimeSpan s_recoveryLimit = TimeSpan.FromSeconds(2);

    private readonly Random _random = new(seed);
    private int _killed;
    private int _killedInStart;
    private int _workersKilled;
    private int _laps;
    private int _idleLives;
    private int _receipts;

    public async Task RunAsync()
    {
        var watch = Stopwatch.StartNew();
        var undisturbed = await Undisturbed.RunAsync(Path.Combine(folder, "undisturbed"), Lap(0, inside: Inside + 1)).ConfigureAwait(false);
        await using var federation = Federation.Create(new CrashSite(Path.Combine(folder, "killed")), Inside, outside: true);
        do
        {
            await LapAsync(federation).ConfigureAwait(false);
        }
        while (_killed < kills);

        await federation.Site.Process!.KillAsync().ConfigureAwait(false);
        await CollectAsync(federation).ConfigureAwait(false);
        Check(federation, undisturbed);
        findings.Say($"took {watch.Elapsed.TotalSeconds:0} s");
    }

    /// <summary>The two runs of a lap: the same seed in all laps, so that one undisturbed run serves.</summary>
    private IReadOnlyList<CrashRun> Lap(int lap, int inside = Inside + 1) =>
    [
        new($"small-{lap}", seed, 5_000, 6, inside),
        new($"large-{lap}", seed, 700_000, 3, inside),
    ];

    private async Task LapAsync(Federation federation)
    {
        var runs = Lap(_laps++);
        runs.ToList().ForEach(federation.Site.Add);
        var over = Task.WhenAll(runs.Select(r => federation.RunOverAsync(r.Name, seconds: 600)));
        await RestartAsync(federation, kill: federation.Site.Process is not null).ConfigureAwait(false);
        while (!over.IsCompleted && _killed < kills)
        {
            await Task.WhenAny(over, LiveAsync(federation)).ConfigureAwait(false);
            if (!over.IsCompleted)
            {
                await RestartAsync(federation, kill: true).ConfigureAwait(false);
            }
        }

        await federation.Site.Process!.Ready.ConfigureAwait(false);
        await over.ConfigureAwait(false);
    }

    /// <summary>
    /// How long this process may live: a quarter of them dies while starting, the others at a random instant after it, within as long as a
    /// start takes on this machine.
    /// </summary>
    private async Task LiveAsync(Federation federation)
    {
        var process = federation.Site.Process!;
        var start = federation.Site.Recoveries.Count > 0 ? federation.Site.Recoveries.Min() : TimeSpan.FromSeconds(1);
        var (inStart, share) = (_random.Next(4) == 0, _random.NextDouble());
        if (inStart && await Task.WhenAny(Task.Delay(start * share), process.Ready).ConfigureAwait(false) != process.Ready)
        {
            return;
        }

        await federation.Site.ReadyAsync(process).ConfigureAwait(false);
        await Task.Delay(start * share).ConfigureAwait(false);
        _idleLives = federation.Ledger.All.Count > _receipts ? 0 : _idleLives + 1;
        if (_idleLives >= IdleLives)
        {
            await federation.Ledger.MoreThanAsync(_receipts).ConfigureAwait(false);
            _idleLives = 0;
        }

        _receipts = federation.Ledger.All.Count;
    }

    private async Task RestartAsync(Federation federation, bool kill)
    {
        if (kill)
        {
            _killedInStart += federation.Site.Process!.Ready.IsCompleted ? 0 : 1;
            await federation.Site.Process.KillAsync().ConfigureAwait(false);
            _killed++;
        }

        federation.Site.Launch();
        if (kill && _killed % 5 == 0)
        {
            await federation.Outside!.RestartAsync().ConfigureAwait(false);
            _workersKilled++;
        }
    }

    /// <summary>One more ordinary start: what a kill left behind is cleared away, and then nothing is open.</summary>
    private static async Task CollectAsync(Federation federation)
    {
        var process = await federation.Site.StartAsync().ConfigureAwait(false);
        await process.TerminateAsync().ConfigureAwait(false);
    }

    private void Check(Federation federation, Undisturbed undisturbed)
    {
        var stored = StoredFolder.Read(federation.Site.Data);
        var finals = Enumerable.Range(0, _laps).SelectMany(lap => Lap(lap))
            .ToDictionary(r => r.Name, r => undisturbed.Finals[$"{r.Name.Split('-')[0]}-0"]);
        findings.FailAll(FolderCheck.Violations(stored, federation.Ledger, seed, finals));

        var (recoveries, resumed) = (federation.Site.Recoveries, federation.Outside!.Log.All.Count(e => e.Id == 2054));
        var (median, slowest) = (recoveries.Order().ElementAt(recoveries.Count / 2), recoveries.Max());
        var voids = stored.Rounds.Where(r => r.Status == "Void").Select(r => $"run {r.RunId} round {r.Number} is void: {r.Reason}").ToList();
        voids.ForEach(findings.Say);
        if (alone)
        {
            findings.Require(voids.Count == 0, $"{voids.Count} rounds are void, and a kill is no reason for it");
            findings.Require(median <= undisturbed.Start + s_recoveryLimit, $"half of the recoveries took {median.TotalSeconds:0.00} s or more; an undisturbed start takes {undisturbed.Start.TotalSeconds:0.00} s and 2 s more are allowed");
            findings.Require(slowest <= (2 * undisturbed.Start) + s_recoveryLimit, $"the slowest recovery took {slowest.TotalSeconds:0.00} s; twice an undisturbed start of {undisturbed.Start.TotalSeconds:0.00} s and 2 s more are allowed");
        }

        findings.Require(stored.Runs.Count == 2 * _laps, $"{2 * _laps} runs were created, the database holds {stored.Runs.Count}");
        findings.Say($"{_killed} kills ({_killedInStart} of them while starting), {_workersKilled} kills of a worker ({resumed} updates that it had kept were delivered by its next process)");
        findings.Say($"{stored.Runs.Count} runs, {stored.Rounds.Count} rounds, {stored.Versions.Count} versions, {federation.Ledger.All.Count} receipts: all counted once, same bits as the undisturbed run");
        findings.Say($"recovery until it serves: median {median.TotalSeconds:0.00} s, slowest {slowest.TotalSeconds:0.00} s; undisturbed {undisturbed.Start.TotalSeconds:0.00} s");
    }
}
