using FedLearn.Cli.Shell;
using FedLearn.Training.Simulation;
using FedLearn.Training.Simulation.Attacks;

namespace FedLearn.Cli.Simulate;

/// <summary>What a run of a sweep came to.</summary>
/// <param name="Run">The run.</param>
/// <param name="Result">How it ended.</param>
/// <param name="Seconds">How long it took on this machine.</param>
internal sealed record RunSummary(PlannedRun Run, SimulationResult Result, double Seconds)
{
    public bool Completed => Result.Completed;

    /// <summary>The first round whose evaluation reaches the spec's target, or null.</summary>
    public int? Reached => Run.Spec.Stop.Target is not { } target ? null : Result.Rounds.FirstOrDefault(r => target.Metric switch
    {
        "loss" => r.Loss <= target.Value,
        "accuracy" => r.Accuracy >= target.Value,
        _ => false,
    })?.Round;

    public SimulatedRound? Last => Result.Rounds.LastOrDefault(r => r.Loss is not null);

    public double? BestAccuracy => Result.Rounds.Max(r => r.Accuracy);
}

/// <summary>Told of a round of the run that is going on.</summary>
internal delegate void RoundTold(PlannedRun run, SimulatedRound round);

/// <summary>Carries a plan out, one run after the other: each keeps all cores busy, and data that the next one shares is loaded once.</summary>
internal sealed class Sweep(IReadOnlyList<PlannedRun> plan, Func<string, string> resolve, int threads, string? folder)
{
    private (SimulationSettings Settings, long Seed, SimulationData Data)? _loaded;

    public IReadOnlyList<RunSummary> Run(RoundTold told, CancellationToken cancellationToken)
    {
        using var files = folder is null ? null : new ResultFiles(folder);
        var summaries = new List<RunSummary>();
        foreach (var run in plan)
        {
            var start = TimeProvider.System.GetTimestamp();
            var simulator = new Simulator(new()
            {
                Spec = run.Spec,
                Data = Load(run),
                Stragglers = Stragglers.Parse(run.Simulation.Stragglers),
                Adversary = Adversary.Parse(run.Simulation.Attack),
                Threads = threads,
            });
            var result = simulator.Run(
                round =>
                {
                    files?.Add(run.Label, round);
                    told(run, round);
                },
                cancellationToken);
            summaries.Add(new(run, result, TimeProvider.System.GetElapsedTime(start).TotalSeconds));
            files?.Finish(summaries);
        }

        return summaries;
    }

    private SimulationData Load(PlannedRun run)
    {
        // The partition is the seed's, and stragglers are no matter of the data.
        var settings = run.Simulation with { Stragglers = "none", Attack = "none" };
        if (_loaded is not { } loaded || (loaded.Settings, loaded.Seed) != (settings, run.Spec.Seed))
        {
            _loaded = null;
            loaded = (settings, run.Spec.Seed, Read(settings, run.Spec.Seed));
            _loaded = loaded;
        }

        return loaded.Data;
    }

    private SimulationData Read(SimulationSettings settings, long seed)
    {
        try
        {
            return SimulationSources.Load(settings, seed, resolve);
        }
        catch (InvalidDataException e)
        {
            throw new CliException($"the simulation's data: {e.Message}", ExitCode.Usage);
        }
    }
}
