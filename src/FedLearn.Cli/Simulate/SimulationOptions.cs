using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Nodes;
using FedLearn.Cli.Runs;
using FedLearn.Cli.Shell;
using FedLearn.Training.Simulation.Attacks;

namespace FedLearn.Cli.Simulate;

/// <summary>The options that say what the simulated federation is: a file, and what the command line says over it.</summary>
internal sealed class SimulationOptions
{
    private static readonly string[] s_names = ["source", "schema", "testFraction", "partition", "clients", "stragglers", "attack"];

    private readonly Option<string> _file = new("--simulation") { Description = "The simulation's file; without it SPEC.simulation.json beside SPEC.json, where there is one.", HelpName = "FILE" };
    private readonly Option<string> _data = new("--data") { Description = "The folder of data sets; default the environment variable FEDLEARN_DATA.", HelpName = "DIR" };
    private readonly Option<string[]> _sweep = new("--sweep") { Description = "Runs every value of a field of the spec, or of simulation.FIELD; several sweeps give a grid.", HelpName = "PATH=[JSON,...]", DefaultValueFactory = _ => [] };

    private readonly Option<string>[] _fields =
    [
        new("--source") { Description = "The data: mnist:DIR, csv:FILE, digits:COUNT, heart-disease:DIR, femnist:DIR,PART, text:FILE,LENGTH,STRIDE or synthetic:ALPHA,BETA.", HelpName = "KIND:ARGUMENTS" },
        new("--schema") { Description = "The schema of the source's table.", HelpName = "FILE" },
        new("--test-fraction") { Description = "The share that is the test set, where the source has none of its own. Default 0.2.", HelpName = "X" },
        new("--partition") { Description = "How the data is dealt: iid, shards:N (by label), dirichlet:ALPHA (label skew) or quantity:SIGMA (size skew). Default iid.", HelpName = "KIND:NUMBER" },
        new("--clients") { Description = "The number of virtual clients. Default 100, or as many as the source has.", HelpName = "N" },
        new("--stragglers") { Description = "The share of each cohort that affords only some epochs, and whether that is dropped or sent: 0.9:drop, 0.9:partial. Default none.", HelpName = "SHARE:WHAT" },
        new("--attack") { Description = $"Hostile clients: the attack ({string.Join(", ", Adversary.Kinds.Keys)}), their share of all, and how strong: signFlip:0.2:4. Default none.", HelpName = "KIND:SHARE:STRENGTH" },
    ];

    public SimulationOptions AddTo(Command command)
    {
        foreach (var option in new Option[] { _file, _data, _sweep }.Concat(_fields))
        {
            command.Add(option);
        }

        return this;
    }

    /// <summary>The simulation as file and command line give it.</summary>
    public SimulationFile Read(ParseResult result, string? specPath)
    {
        var beside = specPath is null ? null : Path.ChangeExtension(specPath, ".simulation.json");
        var path = result.GetValue(_file) ?? (File.Exists(beside) ? beside : null);
        var document = SpecInput.ReadFile(path);
        foreach (var (name, option) in s_names.Zip(_fields))
        {
            if (result.GetValue(option) is { } text)
            {
                document[name] = name is "testFraction" or "clients" ? SpecOverrides.Value(text) : JsonValue.Create(text);
            }
        }

        foreach (var sweep in result.GetValue(_sweep)!)
        {
            AddSweep(document, sweep);
        }

        var folders = new[] { result.GetValue(_data) ?? Environment.GetEnvironmentVariable("FEDLEARN_DATA"), Path.GetDirectoryName(Path.GetFullPath(path ?? specPath ?? "spec")) };
        return new(document, [.. folders.OfType<string>().Where(f => f.Length > 0)]);
    }

    private static void AddSweep(JsonObject document, string sweep)
    {
        var equals = sweep.IndexOf('=', StringComparison.Ordinal);
        if (equals < 1 || SpecOverrides.Value(sweep[(equals + 1)..]) is not JsonArray { Count: > 0 } values)
        {
            throw new CliException($"--sweep: expected PATH=[VALUE,...], got '{sweep}'", ExitCode.Usage);
        }

        document["grid"] ??= new JsonObject();
        if (document["grid"] is not JsonObject grid || document["grid"]!.GetValueKind() != JsonValueKind.Object)
        {
            throw new CliException("the simulation's grid: expected an object", ExitCode.Usage);
        }

        grid[sweep[..equals]] = values;
    }
}
