using FedLearn.Core.Specs;

namespace FedLearn.Client;

/// <summary>
/// What a participant agrees to, whatever an operator asks for; a run beyond it is declined with the reason. How much compute and time it gives
/// to a round say <see cref="WorkerOptions.MaxSteps"/> and <see cref="WorkerOptions.MaxSeconds"/>.
/// </summary>
public sealed record WorkerPolicy
{
    /// <summary>Every run: whoever operates the coordinator decides.</summary>
    public static WorkerPolicy Everything { get; } = new() { Runs = ["*"], MinimumCohort = 1 };

    /// <summary>The names of the runs that it serves; <c>*</c> stands for any text. Default none: nothing is served.</summary>
    public IReadOnlyList<string> Runs { get; init; } = [];

    /// <summary>The kinds of model (<c>model.kind</c>), likewise. Default all that it has a trainer for.</summary>
    public IReadOnlyList<string> Kinds { get; init; } = ["*"];

    /// <summary>The strategies (<c>strategy.kind</c>), likewise. Default all.</summary>
    public IReadOnlyList<string> Strategies { get; init; } = ["*"];

    /// <summary>
    /// The fewest clients that the run's rounds must take (<c>cohort.minimum</c>), 1 to 1,000,000: where only one takes part, the next version
    /// is its update. Default 2.
    /// </summary>
    public int MinimumCohort { get; init; } = 2;

    /// <summary>The most parameters of a model, at least 0; 0 = no limit. Default 0.</summary>
    public long MaxParameters { get; init; }

    /// <summary>What is wrong with it, one line each; empty where nothing is.</summary>
    internal IEnumerable<string> Mistakes()
    {
        if (Runs.Count == 0)
        {
            yield return $"{nameof(Runs)}: expected the names of the runs that this participant agrees to (--serve NAME), such as 'first-run', 'digits-*' or, for all, '*'; none is served otherwise";
        }

        if (MinimumCohort is < 1 or > 1_000_000)
        {
            yield return $"{nameof(MinimumCohort)}: expected 1 to 1000000, got {MinimumCohort}";
        }

        if (MaxParameters < 0)
        {
            yield return $"{nameof(MaxParameters)}: expected 0 (no limit) or more, got {MaxParameters}";
        }
    }

    /// <summary>Why a run is not served, or null where it is.</summary>
    internal string? WhyNot(string name, RunSpec spec) =>
        Unnamed("runs", Runs, name)
        ?? Unnamed("model kinds", Kinds, spec.Model.Kind)
        ?? Unnamed("strategies", Strategies, spec.Strategy.Kind)
        ?? (spec.Cohort.Minimum < MinimumCohort
            ? $"this participant's policy: rounds of at least {MinimumCohort} clients, the run has cohort.minimum {spec.Cohort.Minimum}"
            : MaxParameters > 0 && spec.Model.Manifest.ElementCount > MaxParameters
            ? $"this participant's policy: at most {MaxParameters} parameters, the run's model has {spec.Model.Manifest.ElementCount}"
            : null);

    private static string? Unnamed(string what, IReadOnlyList<string> patterns, string name) =>
        patterns.Any(p => NamePatterns.Matches(p, name))
            ? null
            : $"this participant's policy: it serves the {what} {(patterns.Count == 0 ? "that it names, and names none" : string.Join(", ", patterns))}, not '{name}'";
}
