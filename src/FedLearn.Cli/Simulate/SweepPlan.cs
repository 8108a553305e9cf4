using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using FedLearn.Cli.Runs;
using FedLearn.Cli.Shell;
using FedLearn.Core.Specs;
using FedLearn.Training.Simulation;
using FedLearn.Training.Simulation.Attacks;

namespace FedLearn.Cli.Simulate;

/// <summary>One run of a sweep.</summary>
/// <param name="Label">What tells it from the others.</param>
/// <param name="Spec">Its spec.</param>
/// <param name="Simulation">Its federation.</param>
internal sealed record PlannedRun(string Label, RunSpec Spec, SimulationSettings Simulation);

/// <summary>From the documents to the runs: each of <c>runs</c> with every combination of the <c>grid</c>'s values, all checked before one begins.</summary>
internal static class SweepPlan
{
    private const string SimulationPrefix = "simulation.";

    private static readonly JsonSerializerOptions s_json = new(JsonSerializerDefaults.Web) { UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow };

    /// <exception cref="CliException">There is a mistake, or no run is left.</exception>
    public static IReadOnlyList<PlannedRun> Of(JsonObject spec, IReadOnlyCollection<SpecMistake> mistakes, SimulationFile file, string? only)
    {
        var simulation = (JsonObject)file.Document.DeepClone();
        var (runs, grid) = (Take(simulation, "runs"), Take(simulation, "grid"));
        var variants = from run in Runs(runs) from point in Points(grid) select (Label: string.Join(' ', run.Label.Concat(point.Label)), Set: run.Set.Concat(point.Set).ToList());
        var chosen = variants.Where(v => only is null || v.Label.Contains(only, StringComparison.OrdinalIgnoreCase)).ToList();
        return chosen.Count > 0
            ? [.. chosen.Select(v => Plan(v.Label, v.Set, spec, mistakes, simulation))]
            : throw new CliException($"--only: no run's label contains '{only}'", ExitCode.Usage);
    }

    private static PlannedRun Plan(string label, List<(string Path, JsonNode? Value)> set, JsonObject spec, IReadOnlyCollection<SpecMistake> mistakes, JsonObject simulation)
    {
        (spec, simulation) = ((JsonObject)spec.DeepClone(), (JsonObject)simulation.DeepClone());
        var all = mistakes.ToList();
        foreach (var (path, value) in set)
        {
            var own = path.StartsWith(SimulationPrefix, StringComparison.Ordinal);
            if (SpecOverrides.Put(own ? simulation : spec, own ? path[SimulationPrefix.Length..] : path, value?.DeepClone()) is { } mistake)
            {
                all.Add(mistake);
            }
        }

        var read = RunSpecParser.Parse(SpecInput.Complete(spec, all)).Spec!;
        return new(label.Length > 0 ? label : read.Name, read, Settings(simulation));
    }

    private static SimulationSettings Settings(JsonObject simulation)
    {
        try
        {
            var settings = simulation.Deserialize<SimulationSettings>(s_json)!;
            Stragglers.Parse(settings.Stragglers);
            Adversary.Parse(settings.Attack);
            if (settings.Partition is { } partition)
            {
                Partitions.Parse(partition);
            }

            return settings;
        }
        catch (Exception e) when (e is JsonException or InvalidDataException)
        {
            throw new CliException($"the simulation: {e.Message}", ExitCode.Usage);
        }
    }

    private static JsonNode? Take(JsonObject document, string name)
    {
        var value = document[name];
        document.Remove(name);
        return value;
    }

    private static IEnumerable<(IEnumerable<string> Label, IEnumerable<(string, JsonNode?)> Set)> Runs(JsonNode? runs) => runs switch
    {
        null => [([], [])],
        JsonArray { Count: > 0 } list => list.Select(run => run is JsonObject o && o["label"] is JsonValue label && o["set"] is JsonObject set && o.Count == 2
            ? ((IEnumerable<string>)[label.ToString()], set.Select(s => (s.Key, s.Value)))
            : throw new CliException($"the simulation's runs: expected {{\"label\": .., \"set\": {{..}}}}, got {run?.ToJsonString() ?? "null"}", ExitCode.Usage)),
        _ => throw new CliException("the simulation's runs: expected a list of at least one run", ExitCode.Usage),
    };

    /// <summary>All combinations of the grid's values, the last path's values turning fastest.</summary>
    private static IEnumerable<(IEnumerable<string> Label, IEnumerable<(string, JsonNode?)> Set)> Points(JsonNode? grid)
    {
        IEnumerable<(IEnumerable<string> Label, IEnumerable<(string, JsonNode?)> Set)> points = [([], [])];
        foreach (var (path, values) in grid as JsonObject ?? [])
        {
            var axis = values is JsonArray { Count: > 0 } list ? list : throw new CliException($"the simulation's grid: expected a list of values for {path}", ExitCode.Usage);
            points = points.SelectMany(point => axis.Select(value =>
                (point.Label.Append($"{path[(path.LastIndexOf('.') + 1)..]}={value}"), point.Set.Append((path, value))))).ToList();
        }

        return points;
    }
}
