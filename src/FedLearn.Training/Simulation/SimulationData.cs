using FedLearn.Training.Data;

namespace FedLearn.Training.Simulation;

/// <summary>A participant of a simulated federation.</summary>
/// <param name="Id">Its client id; ids give the canonical order.</param>
/// <param name="Train">What it trains on; at least one example.</param>
public sealed record VirtualClient(string Id, DataSet Train);

/// <summary>The data of a simulated federation.</summary>
/// <param name="Schema">The schema that all clients share.</param>
/// <param name="Clients">The clients, at least one.</param>
/// <param name="Test">The test set on which every published version is evaluated; may be empty, and then nothing is.</param>
public sealed record SimulationData(DataSchema Schema, IReadOnlyList<VirtualClient> Clients, DataSet Test)
{
    /// <summary>Clients <c>client-01</c> and so on, each with the examples at its part's places.</summary>
    public static SimulationData Of(DataSchema schema, DataSet train, DataSet test, IReadOnlyList<int[]> parts)
    {
        var width = parts.Count.ToString().Length;
        return new(schema, [.. parts.Select((part, i) => new VirtualClient($"client-{(i + 1).ToString().PadLeft(width, '0')}", train.Select(part)))], test);
    }
}
