using System.Diagnostics;
using FedLearn.Proofs.Simulation.Bugs;
using FedLearn.Proofs.Simulation.Server;

namespace FedLearn.Proofs.Simulation;

/// <summary>Many seeds at once, each single-threaded and repeatable; or one seed; or a planted bug that must be found.</summary>
internal sealed class SimulateProof : IProof
{
    private static readonly TimeSpan s_progress = TimeSpan.FromSeconds(5);

    public string Name => "simulate";

    public string Summary =>
        "whole runs under virtual time, with every fault there is; no update is lost  [--seeds 2000] [--from 1] [--seed N] [--bug NAME|all] [--counts]";

    public Task<bool> RunAsync(ProofArguments arguments)
    {
        if (arguments.Text("seed") is { } seed)
        {
            return Task.FromResult(RunOne(ulong.Parse(seed), PartsOf(arguments)));
        }

        var (from, seeds) = (arguments.Int("from", 1), arguments.Int("seeds", 2000));
        return Task.FromResult(arguments.Text("bug") switch
        {
            null => RunMany(from, seeds, arguments.Has("counts")),
            "all" => PlantedBugs.All.Keys.ToList().TrueForAll(name => Find(name, from, seeds)),
            var bug => Find(bug, from, seeds),
        });
    }

    private static SimParts PartsOf(ProofArguments arguments) => arguments.Text("bug") is { } bug ? PlantedBugs.Find(bug).Plant() : new SimParts();

    private static bool RunOne(ulong seed, SimParts parts)
    {
        var result = Simulator.Run(seed, parts);
        foreach (var line in result.Trace)
        {
            Console.WriteLine(line);
        }

        Console.WriteLine($"seed {seed}: {result.Steps} steps, trace {result.Hash:x16}, {result.Broken ?? "everything held"}");
        return result.Broken is null;
    }

    private static bool RunMany(int from, int seeds, bool counts)
    {
        var watch = Stopwatch.StartNew();
        var summary = new SimSummary();
        using (new Timer(_ => Console.WriteLine($"  {summary.Seeds} of {seeds} seeds, {summary.Steps:n0} steps, {watch.Elapsed.TotalSeconds:0} s"), null, s_progress, s_progress))
        {
            Parallel.For(from, from + seeds, i => summary.Add(Simulator.Run((ulong)i, new SimParts())));
        }

        Console.WriteLine($"{summary.Seeds} seeds, {summary.Steps:n0} steps, {summary.Coverage.Counts.Where(c => c.Key.StartsWith("fault ", StringComparison.Ordinal)).Sum(c => c.Value):n0} faults in {watch.Elapsed.TotalSeconds:0} s");
        if (counts)
        {
            foreach (var (what, count) in summary.Coverage.Counts)
            {
                Console.WriteLine($"  {count,10:n0}  {what}");
            }
        }

        return Judge(summary);
    }

    private static bool Judge(SimSummary summary)
    {
        foreach (var failed in summary.Failed.Take(5))
        {
            Console.WriteLine($"\nseed {failed.Seed} failed: {failed.Broken}");
            foreach (var line in failed.Trace.TakeLast(20))
            {
                Console.WriteLine($"  {line}");
            }

            Console.WriteLine($"repeat it: dotnet run -c Release --project tests/FedLearn.Proofs -- simulate --seed {failed.Seed}");
        }

        List<string> missing = [.. summary.Coverage.Missing];
        if (missing.Count > 0)
        {
            Console.WriteLine($"\nnever done: {string.Join("; ", missing)}");
        }

        Console.WriteLine(summary.Failed.Count == 0 ? "every invariant held after every step" : $"{summary.Failed.Count} seeds failed");
        return summary.Failed.Count == 0 && missing.Count == 0;
    }

    /// <summary>True where the bug is found; the exit code says whether the suite can fail.</summary>
    private static bool Find(string name, int from, int seeds)
    {
        var found = PlantedBugs.Find(name).FirstSeedThatShowsIt(from, seeds);
        Console.WriteLine(found is null
            ? $"{name}: not found in {seeds} seeds"
            : $"{name}: found by seed {found.Seed}: {found.Broken}\nrepeat it: dotnet run -c Release --project tests/FedLearn.Proofs -- simulate --seed {found.Seed} --bug {name}");
        return found is not null;
    }
}
