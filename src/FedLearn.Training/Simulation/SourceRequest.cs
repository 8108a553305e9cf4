using System.Globalization;
using FedLearn.Training.Data;

namespace FedLearn.Training.Simulation;

/// <summary>What a source is asked for.</summary>
/// <param name="Settings">The settings.</param>
/// <param name="Arguments">What stands behind the kind's colon, between commas.</param>
/// <param name="Seed">The seed.</param>
/// <param name="Resolve">Gives the full path of a name.</param>
internal sealed record SourceRequest(SimulationSettings Settings, string[] Arguments, long Seed, Func<string, string> Resolve)
{
    /// <summary>An argument that names a file or folder.</summary>
    public string Path(int index) => Resolve(Argument(index));

    /// <summary>An argument that is a number.</summary>
    public double Number(int index, double least, double most) =>
        double.TryParse(Argument(index), NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most
            ? number
            : throw new InvalidDataException($"source: expected a number from {least} to {most}, got '{Argument(index)}' in '{Settings.Source}'");

    /// <summary>An argument that is one of some words.</summary>
    public string OneOf(int index, string[] words) =>
        Argument(index) is var word && words.Contains(word)
            ? word
            : throw new InvalidDataException($"source: expected one of {string.Join(", ", words)}, got '{word}' in '{Settings.Source}'");

    /// <summary>The schema that the source needs.</summary>
    public TableSchema Table()
    {
        var path = Resolve(Settings.Schema ?? throw new InvalidDataException($"source '{Settings.Source}' needs a schema"));
        return DataSchema.Load(path) as TableSchema ?? throw new InvalidDataException($"{path}: expected a schema of kind table");
    }

    /// <summary>The number of clients of a source that comes with its own, of which there are at most <paramref name="most"/>.</summary>
    public int NaturalClients(int most) => Settings switch
    {
        { Partition: { } partition } => throw new InvalidDataException($"partition: '{Settings.Source}' comes with its own clients, so '{partition}' cannot stand beside it"),
        { Clients: { } clients } when clients > most => throw new InvalidDataException($"clients: '{Settings.Source}' has {most}, got {clients}"),
        _ => Settings.Clients ?? most,
    };

    /// <summary>Deals one data set to the clients.</summary>
    public SimulationData Deal(LocalData data)
    {
        var clients = Settings.Clients ?? 100;
        if (clients > data.Train.Count)
        {
            throw new InvalidDataException($"clients: {data.Train.Count} training examples cannot be dealt to {clients} clients");
        }

        var labels = Array.ConvertAll(data.Train.Labels.ToArray(), label => (int)label);
        var parts = Partitions.Parse(Settings.Partition ?? "iid").Split(labels, clients, Seed);
        return SimulationData.Of(data.Schema, data.Train, data.Test, parts);
    }

    private string Argument(int index) => index < Arguments.Length && Arguments[index].Length > 0
        ? Arguments[index]
        : throw new InvalidDataException($"source: '{Settings.Source}' lacks its argument {index + 1}");
}
