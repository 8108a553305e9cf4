using System.Diagnostics;
using FedLearn.Proofs.PowerLoss.Bugs;
using FedLearn.Proofs.PowerLoss.Federation;

namespace FedLearn.Proofs.PowerLoss;

/// <summary>The proof of this folder on the command line.</summary>
internal sealed class PowerProof : IProof
{
    private readonly TextWriter _output = Console.Out;
    private int _violations;
    private int _done;

    public string Name => "power";

    public string Summary =>
        "power cuts, errors and damage at single operations of a whole course; --all, --points N, --images N, --errors N, --bytes N, --open MEGABYTES, --seed N, "
        + "--at INSTANT [--image I], --error TEXT, --bug NAME|all, --sealed, --log";

    public async Task<bool> RunAsync(ProofArguments arguments)
    {
        ThreadPool.SetMinThreads(32, 32); // Clients and coordinator share the pool: nobody waits for it to grow.
        var folder = Directory.CreateTempSubdirectory("fedlearn-power-").FullName;
        Machine.StorageKeyFile = arguments.Has("sealed") ? $"{folder}.key" : null;
        if (!arguments.Has("log"))
        {
            Console.SetOut(TextWriter.Null); // The coordinators' logs: thousands of starts.
        }

        try
        {
            await (arguments.Text("bug") is { } bug ? HuntAsync(bug, folder) : ProveAsync(arguments, folder)).ConfigureAwait(false);
        }
        catch (BrokenPromiseException e)
        {
            Report("undisturbed", [e.Message]);
        }
        finally
        {
            Console.SetOut(_output);
            Directory.Delete(folder, recursive: true);
            File.Delete($"{folder}.key");
        }

        _output.WriteLine(_violations == 0 ? "everything held" : $"{_violations} violations");
        return _violations == 0;
    }

    private async Task HuntAsync(string name, string folder)
    {
        var bugs = PlantedBug.All.Where(b => name == "all" || b.Name == name).ToList();
        if (bugs.Count == 0)
        {
            throw new ArgumentException($"no bug {name}; there are {string.Join(", ", PlantedBug.All.Select(b => b.Name))}");
        }

        foreach (var bug in bugs)
        {
            var sign = await BugHunt.FindAsync(bug, folder).ConfigureAwait(false);
            _output.WriteLine($"{bug.Name}: {(sign is null ? "NOT FOUND" : $"found: {sign}")}");
            _violations += sign is null ? 1 : 0;
        }
    }

    private async Task ProveAsync(ProofArguments arguments, string folder)
    {
        var recording = await Recording.MakeAsync(folder).ConfigureAwait(false);
        _output.WriteLine($"recorded: {recording.Journal.Count} operations, {recording.Ledger.All.Count} promises");
        var random = new Random(arguments.Int("seed", 1));
        if (arguments.Text("error") is { } text)
        {
            await FailAsync(recording, points => points.Where(p => p.ToString().Contains(text, StringComparison.Ordinal))).ConfigureAwait(false);
            return;
        }

        var all = arguments.Has("all");
        await CutAsync(arguments, new PowerCuts(recording, bug: null), all, random).ConfigureAwait(false);
        if (!arguments.Has("at"))
        {
            await FailAsync(recording, points => Sample(points, all ? int.MaxValue : arguments.Int("errors", 60), random)).ConfigureAwait(false);
            await DamageAsync(new DamagedFiles(recording), arguments.Int("bytes", all ? 40 : 3), random).ConfigureAwait(false);
            await StartAsync(arguments.Int("open", all ? 1024 : 128)).ConfigureAwait(false);
        }
    }

    private async Task CutAsync(ProofArguments arguments, PowerCuts cuts, bool all, Random random)
    {
        List<int> instants = arguments.Has("at")
            ? [arguments.Int("at", 0)]
            : Sample([.. Enumerable.Range(0, cuts.Instants)], all ? int.MaxValue : arguments.Int("points", 60), random);
        List<int> images = arguments.Has("image") ? [arguments.Int("image", 0)] : [.. Enumerable.Range(0, arguments.Int("images", 3))];
        var watch = Stopwatch.StartNew();
        foreach (var instant in instants)
        {
            // Each instant begins with another style, so that all are taken.
            foreach (var image in arguments.Has("image") ? images : images.Select(i => i + instant))
            {
                Report(cuts.Describe(instant, image), await cuts.CutAsync(instant, image).ConfigureAwait(false));
            }
        }

        _output.WriteLine($"power cuts: {instants.Count} of {cuts.Instants} instants, {instants.Count * images.Count} images and recoveries, "
            + $"{watch.Elapsed.TotalSeconds:0} s, longest start {cuts.LongestStart.TotalSeconds:0.00} s");
    }

    private async Task FailAsync(Recording recording, Func<IReadOnlyList<FaultPoint>, IEnumerable<FaultPoint>> choose)
    {
        var errors = new InjectedErrors(recording, bug: null);
        var all = errors.Points();
        var points = choose(all).ToList();
        var watch = Stopwatch.StartNew();
        foreach (var point in points)
        {
            Report(point.ToString(), await errors.RunAsync(point).ConfigureAwait(false));
        }

        _output.WriteLine($"injected errors: {points.Count} of {all.Count} points, {errors.NotMet} not met, {errors.Ended} processes ended, "
            + $"{errors.Refused} calls refused, {watch.Elapsed.TotalSeconds:0} s");
        foreach (var kind in all.GroupBy(p => $"{p.Op.Kind} {(p.Label.Contains("fedlearn.db", StringComparison.Ordinal) ? "database" : "files")}").OrderBy(k => k.Key))
        {
            _output.WriteLine($"  {kind.Key,-22} {kind.Count(),5} points, {kind.Count(points.Contains),5} taken");
        }
    }

    private async Task DamageAsync(DamagedFiles damaged, int bytes, Random random)
    {
        foreach (var kind in damaged.Files)
        {
            for (var i = 0; i < bytes; i++)
            {
                var path = kind.ElementAt(random.Next(kind.Count()));
                Report($"a damaged byte in a {kind.Key} ({Path.GetFileName(path)})", await damaged.DamageAsync(path, random).ConfigureAwait(false));
            }
        }

        _output.WriteLine($"damaged bytes: {bytes} in each kind of file: {string.Join(", ", damaged.Files.Select(k => k.Key))}");
    }

    private async Task StartAsync(int megabytes)
    {
        await using var recovery = new RecoveryTime();
        var (time, kept) = await recovery.MeasureAsync((long)megabytes << 20).ConfigureAwait(false);
        _output.WriteLine($"start with {megabytes} MB of open uploads: {time.TotalSeconds:0.00} s until every client knew its offset, {kept >> 20} MB kept");
        if (time > TimeSpan.FromSeconds(2) || kept < (long)megabytes << 20)
        {
            Report("start with open uploads", [$"{time.TotalSeconds:0.00} s (at most 2), {kept} bytes kept"]);
        }
    }

    /// <summary>So many of all, spread by chance, in order.</summary>
    private static List<T> Sample<T>(IReadOnlyList<T> all, int count, Random random) =>
        count >= all.Count ? [.. all] : [.. Enumerable.Range(0, all.Count).OrderBy(_ => random.Next()).Take(count).Order().Select(i => all[i])];

    private void Report(string what, IReadOnlyList<string> found)
    {
        foreach (var violation in found)
        {
            _output.WriteLine($"VIOLATION {what}: {violation}");
        }

        _violations += found.Count;
        if (++_done % 50 == 0)
        {
            _output.WriteLine($"... {_done} done");
        }
    }
}
