using System.Diagnostics;

namespace FedLearn.Proofs.Crash;

/// <summary>strace on a running process: at the n-th call of a kind, counted per thread, the process is killed or the call fails.</summary>
internal sealed class Strace : IAsyncDisposable
{
    private readonly Process _process;
    private readonly EventLog _said = new();
    private readonly Task _following;

    private Strace(Process process)
    {
        _process = process;
        _following = FollowAsync();
    }

    /// <summary>Attaches, and returns once the process is under strace.</summary>
    /// <exception cref="CrashException">strace is not there, or may not attach.</exception>
    public static async Task<Strace> AttachAsync(int processId, FaultPoint point, IEnumerable<string> onlyPaths)
    {
        var start = new ProcessStartInfo("strace") { RedirectStandardError = true };
        string[] words =
        [
            "-f", "-p", $"{processId}", "-o", "/dev/null", "-e", $"trace={point.Call}", "-e", $"inject={point.Call}:{point.Effect}:when={point.When}",
            .. onlyPaths.SelectMany(p => (string[])["-P", p]),
        ];
        Array.ForEach(words, start.ArgumentList.Add);
        var strace = new Strace(Process.Start(start)!);
        await strace._said.WhenAsync(e => e.Text.Contains("attached", StringComparison.Ordinal), "strace to attach").ConfigureAwait(false);
        return strace;
    }

    /// <summary>Lets the process go.</summary>
    public async ValueTask DisposeAsync()
    {
        Signals.Send(_process.Id, Signals.Terminate);
        await _process.WaitForExitAsync().ConfigureAwait(false);
        await _following.ConfigureAwait(false);
        _process.Dispose();
    }

    private async Task FollowAsync()
    {
        while (await _process.StandardError.ReadLineAsync().ConfigureAwait(false) is { } line)
        {
            _said.Add(new LogEvent(0, line));
        }

        _said.End("strace has ended");
    }
}
