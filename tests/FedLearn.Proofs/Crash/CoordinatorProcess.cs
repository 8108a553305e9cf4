using System.Diagnostics;
using System.Text.Json;

namespace FedLearn.Proofs.Crash;

/// <summary>`fedlearn coordinator` as a process of its own, as its user runs it. It ends with this process, however that ends.</summary>
internal sealed class CoordinatorProcess : IAsyncDisposable
{
    private const int StartedEvent = 1000;

    private readonly Process _process;
    private readonly Stopwatch _age = Stopwatch.StartNew();
    private readonly Task _following;

    private CoordinatorProcess(Process process)
    {
        _process = process;
        _following = FollowAsync();
        Ready = ReadyAsync();
    }

    public int Id => _process.Id;

    /// <summary>What it logs, and under id 0 what it writes beside the log.</summary>
    public EventLog Log { get; } = new();

    /// <summary>Completes once it serves, with the time since the process was started; fails where it ends before.</summary>
    public Task<TimeSpan> Ready { get; }

    /// <summary>How long ago it was started.</summary>
    public TimeSpan Age => _age.Elapsed;

    public bool HasExited => _process.HasExited;

    /// <summary>Starts it; does not wait for anything.</summary>
    public static CoordinatorProcess Start(IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo(Dotnet.Path) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        start.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, "fedlearn.dll"));
        start.ArgumentList.Add("coordinator");
        start.ArgumentList.Add("--insecure");
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        // It stops when its standard input ends: no coordinator outlives its proof.
        start.Environment["FEDLEARN_STOP_AT_EOF"] = "1";
        return new CoordinatorProcess(Process.Start(start)!);
    }

    /// <summary>SIGKILL, and waits until the process is gone.</summary>
    public async Task KillAsync()
    {
        Signals.Send(Id, Signals.Kill);
        await ExitAsync(10).ConfigureAwait(false);
    }

    /// <summary>SIGTERM; returns the exit code, and how long the stop took.</summary>
    public async Task<(int Code, TimeSpan Took)> TerminateAsync()
    {
        var started = Stopwatch.StartNew();
        Signals.Send(Id, Signals.Terminate);
        return (await ExitAsync(20).ConfigureAwait(false), started.Elapsed);
    }

    /// <summary>Waits for its end and returns its exit code; of a process that a signal ended 128 and the signal's number.</summary>
    /// <exception cref="CrashException">It did not end in time: it hangs, and is killed.</exception>
    public async Task<int> ExitAsync(double seconds)
    {
        try
        {
            await _process.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(seconds)).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            Signals.Send(Id, Signals.Kill);
            throw new CrashException($"the coordinator did not end within {seconds:0} s; its last lines:{Environment.NewLine}{Log.Tail}");
        }

        await _following.ConfigureAwait(false);
        return _process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            await KillAsync().ConfigureAwait(false);
        }

        await _following.ConfigureAwait(false);
        await Ready.ContinueWith(_ => { }, TaskScheduler.Default).ConfigureAwait(false);
        _process.Dispose();
    }

    private async Task<TimeSpan> ReadyAsync()
    {
        await Log.WhenAsync(StartedEvent, seconds: 120).ConfigureAwait(false);
        return Age;
    }

    private async Task FollowAsync()
    {
        await Task.WhenAll(ReadAsync(_process.StandardOutput), ReadAsync(_process.StandardError)).ConfigureAwait(false);
        await _process.WaitForExitAsync().ConfigureAwait(false);
        Log.End($"the coordinator ended with exit code {_process.ExitCode}");
    }

    private async Task ReadAsync(StreamReader lines)
    {
        while (await lines.ReadLineAsync().ConfigureAwait(false) is { } line)
        {
            Log.Add(Parse(line));
        }
    }

    /// <summary>A line of the compact JSON log; a killed process may leave half of one.</summary>
    private static LogEvent Parse(string line)
    {
        try
        {
            using var json = JsonDocument.Parse(line);
            var id = json.RootElement.TryGetProperty("EventId", out var e) ? e.EnumerateObject().First().Value.GetInt32() : 0;
            return new LogEvent(id, json.RootElement.GetProperty("@m").GetString()!);
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            return new LogEvent(0, line);
        }
    }
}
