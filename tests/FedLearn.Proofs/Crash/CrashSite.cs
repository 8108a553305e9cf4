namespace FedLearn.Proofs.Crash;

/// <summary>One coordinator's data folder, addresses and runs, through all its processes.</summary>
internal sealed class CrashSite : IAsyncDisposable
{
    private readonly string[] _more;
    private readonly List<string> _specFiles = [];
    private readonly List<TimeSpan> _recoveries = [];
    private readonly string _vectors = LoopbackPorts.FreeAddress();

    /// <param name="folder">Where the data folder and the specs' files lie.</param>
    /// <param name="data">The data folder; by default one within <paramref name="folder"/>.</param>
    /// <param name="more">Further arguments of the command.</param>
    public CrashSite(string folder, string? data = null, params string[] more)
    {
        Directory.CreateDirectory(folder);
        (Folder, Data, _more) = (folder, data ?? Path.Combine(folder, "data"), more);
    }

    public string Folder { get; }

    public string Data { get; }

    /// <summary>Where participants connect.</summary>
    public string Address { get; } = LoopbackPorts.FreeAddress();

    /// <summary>Where health is.</summary>
    public string Operations { get; } = LoopbackPorts.FreeAddress();

    /// <summary>The process that runs now, or ran last.</summary>
    public CoordinatorProcess? Process { get; private set; }

    /// <summary>From a process's start until it served, for every start that got there.</summary>
    public IReadOnlyList<TimeSpan> Recoveries => _recoveries;

    /// <summary>A run that every further start creates, unless it exists.</summary>
    public void Add(CrashRun run)
    {
        var file = Path.Combine(Folder, $"{run.Name}.json");
        File.WriteAllText(file, run.ToJson());
        _specFiles.Add(file);
    }

    /// <summary>Starts a process and waits for nothing.</summary>
    public CoordinatorProcess Launch() => Process = CoordinatorProcess.Start(Arguments());

    /// <summary>Starts a process and waits until it serves.</summary>
    public async Task<CoordinatorProcess> StartAsync()
    {
        var process = Launch();
        await ReadyAsync(process).ConfigureAwait(false);
        return process;
    }

    /// <summary>Waits until a launched process serves, and keeps the time.</summary>
    public async Task ReadyAsync(CoordinatorProcess process) => _recoveries.Add(await process.Ready.ConfigureAwait(false));

    /// <summary>The command line of another process over the same folder, on addresses of its own.</summary>
    public CoordinatorProcess LaunchRival() => CoordinatorProcess.Start(Arguments(LoopbackPorts.FreeAddress(), LoopbackPorts.FreeAddress(), LoopbackPorts.FreeAddress()));

    public async ValueTask DisposeAsync()
    {
        if (Process is not null)
        {
            await Process.DisposeAsync().ConfigureAwait(false);
        }
    }

    private IEnumerable<string> Arguments() => Arguments(Address, Operations, _vectors);

    private IEnumerable<string> Arguments(string listen, string operations, string vectors) =>
    [
        "--data", Data, "--listen", listen, "--operations", operations, "--vectors", vectors,
        .. _specFiles.SelectMany(f => (string[])["--run", f]), .. _more,
    ];
}
