namespace FedLearn.Training.Simulation;

/// <summary>What a simulated federation consists of, as a simulation file or the command line says it.</summary>
public sealed record SimulationSettings
{
    /// <summary>Where the data comes from: <c>KIND:ARGUMENTS</c>, one of <see cref="SimulationSources.Kinds"/>.</summary>
    public string Source { get; init; } = "";

    /// <summary>The schema's file, for sources of tables; null = none.</summary>
    public string? Schema { get; init; }

    /// <summary>The share of the examples that is the test set, where the source has none of its own; 0 to 1, exclusive. Default 0.2.</summary>
    public double TestFraction { get; init; } = 0.2;

    /// <summary>How one data set is dealt to the clients, see <see cref="Partitions"/>; null = iid, or as the source comes.</summary>
    public string? Partition { get; init; }

    /// <summary>The number of clients, at least 1; null = 100, or as many as the source has.</summary>
    public int? Clients { get; init; }

    /// <summary>Who can afford how much, see <see cref="Simulation.Stragglers.Parse"/>. Default none.</summary>
    public string Stragglers { get; init; } = "none";

    /// <summary>Who is hostile and how, see <see cref="Attacks.Adversary.Parse"/>. Default none.</summary>
    public string Attack { get; init; } = "none";
}
