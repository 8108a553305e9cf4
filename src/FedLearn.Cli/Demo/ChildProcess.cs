using System.Diagnostics;
using FedLearn.Cli.Shell;

namespace FedLearn.Cli.Demo;

/// <summary>
/// This program once more, as a child that ends with its parent (<see cref="ParentWatch"/>). Its output goes to a log file; the last lines
/// are kept for messages.
/// </summary>
internal sealed class ChildProcess : IAsyncDisposable
{
    private const int LastLines = 12;
    private static readonly TimeSpan s_grace = TimeSpan.FromSeconds(8);

    private readonly Process _process;
    private readonly StreamWriter _log;
    private readonly Queue<string> _last = new();
    private readonly Lock _gate = new();
    private readonly TaskCompletionSource<string> _announced = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly string? _announcement;

    private ChildProcess(string name, Process process, string logFile, string? announcement)
    {
        (Name, _process, _announcement) = (name, process, announcement);
        _log = new StreamWriter(logFile, append: true) { AutoFlush = true };
    }

    /// <summary>What people call it.</summary>
    public string Name { get; }

    /// <summary>Its exit code, once it has ended and its output is read.</summary>
    public required Task<int> Exited { get; init; }

    /// <summary>The rest of its line that begins with the announcement; fails where it ends without one.</summary>
    public Task<string> Announced => _announced.Task;

    /// <summary>Starts a child.</summary>
    /// <param name="name">What people call it.</param>
    /// <param name="arguments">The command line.</param>
    /// <param name="logFile">Where its output goes.</param>
    /// <param name="announcement">What the line begins with that <see cref="Announced"/> waits for; null for none.</param>
    public static ChildProcess Start(string name, IEnumerable<string> arguments, string logFile, string? announcement = null)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        // `dotnet fedlearn.dll` runs as dotnet and needs the program's name once more; the program's own host does not.
        if (Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet")
        {
            start.ArgumentList.Add(typeof(ChildProcess).Assembly.Location);
        }

        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        start.Environment[ParentWatch.Variable] = "1";
        var process = new Process { StartInfo = start };
        process.Start();
        var exited = new TaskCompletionSource<int>(TaskCreationOptions.RunContinuationsAsynchronously);
        var child = new ChildProcess(name, process, logFile, announcement) { Exited = exited.Task };
        _ = child.FollowAsync(exited);
        return child;
    }

    /// <summary>A message with the child's last lines.</summary>
    public CliException Failure(string what)
    {
        lock (_gate)
        {
            return new CliException(_last.Count == 0
                ? $"{Name} {what}; it said nothing"
                : $"{Name} {what}; its last lines:{Environment.NewLine}  {string.Join($"{Environment.NewLine}  ", _last)}");
        }
    }

    /// <summary>Asks the child to end, waits for it, and ends it by force where it takes too long.</summary>
    public async ValueTask DisposeAsync()
    {
        try
        {
            _process.StandardInput.Close();
        }
        catch (IOException)
        {
            // It has ended already and its end of the pipe with it.
        }

        try
        {
            await Exited.WaitAsync(s_grace, TimeProvider.System);
        }
        catch (TimeoutException)
        {
            _process.Kill(entireProcessTree: true);
            await Exited;
        }

        _process.Dispose();
        await _log.DisposeAsync();
    }

    private async Task FollowAsync(TaskCompletionSource<int> exited)
    {
        try
        {
            await Task.WhenAll(ReadAsync(_process.StandardOutput), ReadAsync(_process.StandardError));
            await _process.WaitForExitAsync();
            exited.SetResult(_process.ExitCode);
            _announced.TrySetException(Failure($"ended with exit code {_process.ExitCode} before it was ready"));
            _ = _announced.Task.Exception;
        }
        catch (Exception e)
        {
            exited.TrySetException(e);
            _announced.TrySetException(e);
        }
    }

    private async Task ReadAsync(StreamReader lines)
    {
        while (await lines.ReadLineAsync() is { } line)
        {
            lock (_gate)
            {
                _log.WriteLine(line);
                _last.Enqueue(line);
                if (_last.Count > LastLines)
                {
                    _last.Dequeue();
                }
            }

            if (_announcement is not null && line.StartsWith(_announcement, StringComparison.Ordinal))
            {
                _announced.TrySetResult(line[_announcement.Length..]);
            }
        }
    }
}
