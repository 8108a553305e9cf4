namespace FedLearn.Proofs.Crash.Cases;

/// <summary>
/// A disk that is really full, a small tmpfs: updates are refused with RESOURCE_EXHAUSTED and nothing is counted; also a start on it ends
/// or serves, and never hangs; with space again the runs finish with the undisturbed bits.
/// </summary>
internal sealed class FullDiskCase : ICrashCase
{
    private const int Megabytes = 48;

    public string Name => "full-disk";

    public async Task RunAsync(CaseContext context)
    {
        var disk = Path.Combine(context.Folder, "disk");
        Directory.CreateDirectory(disk);
        if (await SmallDisk.TryMountAsync(disk, Megabytes).ConfigureAwait(false) is { } why)
        {
            context.Findings.Say($"  skipped: {why}");
            context.Findings.Require(!context.Arguments.Has("require-mount"), $"a small disk cannot be mounted: {why}");
            return;
        }

        try
        {
            await OnAsync(context, disk).ConfigureAwait(false);
        }
        finally
        {
            await SmallDisk.UnmountAsync(disk).ConfigureAwait(false);
        }
    }

    private static async Task OnAsync(CaseContext context, string disk)
    {
        var turnstile = new Turnstile(fit => fit.Round == 1);
        // Without its reserve the coordinator meets the end of the disk itself.
        await using var federation = context.NewFederation(turnstile, Path.Combine(disk, "data"), "--disk-reserve-bytes", "0");
        var process = await federation.Site.StartAsync().ConfigureAwait(false);
        await turnstile.WaitAsync(4, federation).ConfigureAwait(false);

        var ballast = Path.Combine(disk, "ballast");
        SmallDisk.Fill(ballast);
        turnstile.Open(forGood: true);
        foreach (var participant in federation.Participants)
        {
            var refused = await participant.Log
                .WhenAsync(e => e.Id == 2007 && e.Text.Contains("RESOURCE_EXHAUSTED: ", StringComparison.Ordinal), $"{participant.Id} to hear RESOURCE_EXHAUSTED").ConfigureAwait(false);
            context.Findings.Say($"  {participant.Id} heard: {refused.Text}");
        }

        context.Findings.Require(federation.Ledger.All.Count == 0, $"{federation.Ledger.All.Count} receipts were given on a full disk");
        context.Findings.Require(!process.HasExited, "the coordinator did not survive a full disk");
        await process.KillAsync().ConfigureAwait(false);
        await StartOnFullAsync(context, federation.Site).ConfigureAwait(false);

        File.Delete(ballast);
        if (federation.Site.Process!.HasExited)
        {
            await federation.Site.StartAsync().ConfigureAwait(false);
        }

        await context.FinishAsync(federation).ConfigureAwait(false);
    }

    private static async Task StartOnFullAsync(CaseContext context, CrashSite site)
    {
        var process = site.Launch();
        try
        {
            await process.Ready.ConfigureAwait(false);
            context.Findings.Say("  a start on the full disk serves");
        }
        catch (CrashException) when (process.HasExited)
        {
            var code = await process.ExitAsync(10).ConfigureAwait(false);
            context.Findings.Require(code == 1 && !process.Log.Tail.Contains("   at ", StringComparison.Ordinal), $"a start on the full disk: exit code {code}, {process.Log.Tail}");
            context.Findings.Say($"  a start on the full disk is refused: {process.Log.Tail.Trim()}");
        }
    }
}
