using FedLearn.Proofs.Crash.Check;

namespace FedLearn.Proofs.Crash;

/// <summary>The runs that nothing happens to: what the disturbed ones are compared with.</summary>
/// <param name="Finals">Each run's final digest by its name.</param>
/// <param name="Start">How long an ordinary start of the coordinator on an existing folder takes until it serves: the longest of three.</param>
internal sealed record Undisturbed(IReadOnlyDictionary<string, string> Finals, TimeSpan Start)
{
    /// <summary>Carries the runs out from beginning to end and checks them too.</summary>
    public static async Task<Undisturbed> RunAsync(string folder, IReadOnlyList<CrashRun> runs)
    {
        await using var federation = Federation.Create(new CrashSite(folder), runs[0].Clients);
        var site = federation.Site;
        foreach (var run in runs)
        {
            site.Add(run);
        }

        var process = await site.StartAsync().ConfigureAwait(false);
        await Task.WhenAll(runs.Select(r => federation.RunOverAsync(r.Name))).ConfigureAwait(false);
        for (var again = 0; again < 3; again++)
        {
            await process.TerminateAsync().ConfigureAwait(false);
            process = await site.StartAsync().ConfigureAwait(false);
        }

        await process.TerminateAsync().ConfigureAwait(false);
        var stored = StoredFolder.Read(site.Data);
        var violations = FolderCheck.Violations(stored, federation.Ledger, runs[0].Seed);
        return violations.Count == 0
            ? new Undisturbed(stored.Runs.ToDictionary(r => r.Name, r => stored.Versions.Last(v => v.RunId == r.Id).Digest), site.Recoveries.Skip(1).Max())
            : throw new CrashException($"already the undisturbed run is wrong: {string.Join("; ", violations)}");
    }
}
