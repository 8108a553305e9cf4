using FedLearn.Cli.Hosting;

namespace FedLearn.Cli.Tests.Hosting;

/// <summary><c>fedlearn coordinator</c> in this process, on free ports, over a folder of its own.</summary>
internal sealed class RunningCoordinator : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly Task<int> _running;

    private RunningCoordinator(string folder, AnnouncementWriter output, StringWriter error, string[] more)
    {
        Folder = folder;
        _running = CommandLine.RunAsync(
            [
                "coordinator", "--data", folder, "--operations", "http://127.0.0.1:0", "--vectors", "http://127.0.0.1:0", "--announce", "--drain-seconds", "0",
                .. more.Length > 0 ? more : ["--insecure", "--listen", "http://127.0.0.1:0"],
            ],
            output,
            error,
            _stop.Token);
    }

    public string Folder { get; }

    public string Address { get; private set; } = "";

    public string Operations { get; private set; } = "";

    public string TokenFile { get; private set; } = "";

    public static async Task<RunningCoordinator> StartAsync(string folder, params string[] more)
    {
        var output = new AnnouncementWriter();
        using var error = new StringWriter();
        var coordinator = new RunningCoordinator(folder, output, error, more);
        var first = await Task.WhenAny(output.Line, coordinator._running);
        Assert.True(first == output.Line, error.ToString());
        var words = (await output.Line)[CoordinatorCommand.Announcement.Length..].Split(' ', 3);
        (coordinator.Address, coordinator.Operations, coordinator.TokenFile) = (words[0], words[1], words[2]);
        return coordinator;
    }

    /// <summary>An operator's command against this coordinator.</summary>
    public Task<(int Code, string Output, string Error)> AskAsync(params string[] args) =>
        Cli.RunAsync([.. args, "--coordinator", Address, "--token-file", TokenFile]);

    /// <summary>Stops it and gives its exit code.</summary>
    public async Task<int> StopAsync()
    {
        await _stop.CancelAsync();
        return await _running;
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _stop.Dispose();
    }

    /// <summary>Completes with the first whole line that is written.</summary>
    private sealed class AnnouncementWriter : StringWriter
    {
        private readonly TaskCompletionSource<string> _line = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task<string> Line => _line.Task;

        public override Task WriteLineAsync(string? value)
        {
            _line.TrySetResult(value ?? "");
            return Task.CompletedTask;
        }
    }
}
