using System.Diagnostics;
using System.Text.Json;
using System.Threading.Channels;

namespace FedLearn.Benchmarks.Update.Roles;

/// <summary>The parent's side of a role's process.</summary>
internal sealed class RoleProcess : IAsyncDisposable
{
    private const int LinesKept = 20;
    private static readonly TimeSpan EndLimit = TimeSpan.FromSeconds(20);

    private readonly Process _process;
    private readonly Channel<string> _answers = Channel.CreateUnbounded<string>();
    private readonly Queue<string> _log = new();
    private readonly Task _reading;

    private RoleProcess(Process process)
    {
        _process = process;
        _reading = ReadAsync();
    }

    /// <summary>What the role said once it was ready.</summary>
    public string Ready { get; private set; } = "";

    /// <summary>Starts a role of this program.</summary>
    public static Task<RoleProcess> StartRoleAsync(string role, params string[] arguments) =>
        StartAsync(Path.Combine(AppContext.BaseDirectory, "FedLearn.Benchmarks"), ["serve", role, .. arguments]);

    /// <summary>Starts a program that answers as a role does.</summary>
    public static async Task<RoleProcess> StartAsync(string program, IReadOnlyList<string> arguments)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        var process = new RoleProcess(Process.Start(start)!);
        try
        {
            process.Ready = await process.NextAsync();
            return process;
        }
        catch
        {
            await process.DisposeAsync();
            throw;
        }
    }

    /// <summary>Sends a command and waits for its answer.</summary>
    public async Task<string> AskAsync(string command)
    {
        await _process.StandardInput.WriteLineAsync(command);
        await _process.StandardInput.FlushAsync();
        return await NextAsync();
    }

    public async Task<ProcessUsage> UsageAsync() => JsonSerializer.Deserialize<ProcessUsage>(await AskAsync(RoleHost.Usage))!;

    public async ValueTask DisposeAsync()
    {
        _process.StandardInput.Close();
        using var limit = new CancellationTokenSource(EndLimit);
        try
        {
            await _process.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            _process.Kill();
        }

        await _reading;
        _process.Dispose();
    }

    private async Task ReadAsync()
    {
        while (await _process.StandardOutput.ReadLineAsync() is { } line)
        {
            if (line.StartsWith(RoleHost.Mark, StringComparison.Ordinal))
            {
                _answers.Writer.TryWrite(line[RoleHost.Mark.Length..]);
                continue;
            }

            _log.Enqueue(line);
            if (_log.Count > LinesKept)
            {
                _log.Dequeue();
            }
        }

        _answers.Writer.TryComplete();
    }

    private async Task<string> NextAsync()
    {
        try
        {
            return await _answers.Reader.ReadAsync();
        }
        catch (ChannelClosedException)
        {
            throw new BenchmarkException($"a server of the benchmark ended:{Environment.NewLine}{string.Join(Environment.NewLine, _log)}");
        }
    }
}
