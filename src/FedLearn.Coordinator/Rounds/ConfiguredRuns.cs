using FedLearn.Core.Specs;

namespace FedLearn.Coordinator.Rounds;

/// <summary>Creates the runs that the configuration names, unless they exist already.</summary>
internal static class ConfiguredRuns
{
    /// <exception cref="StartupException">A spec has mistakes, all of which the message lists, or its run cannot be created.</exception>
    public static void Create(IReadOnlyList<string> specJsons, RunRegistry runs, IRunStore store)
    {
        foreach (var json in specJsons)
        {
            var parsed = RunSpecParser.Parse(json);
            if (parsed.Spec is not { } spec)
            {
                throw new StartupException($"the run spec has mistakes:{Environment.NewLine}{parsed.MistakesText}");
            }

            if (store.FindRunId(spec.Name) is null && runs.Create(spec, json, initial: null, by: null).Problem is { } problem)
            {
                throw new StartupException($"run {spec.Name} cannot be created: {problem.Text}");
            }
        }
    }
}
