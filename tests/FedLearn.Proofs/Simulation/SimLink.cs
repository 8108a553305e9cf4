using FedLearn.Coordinator.Rounds;
using FedLearn.Proofs.Simulation.Clients;
using FedLearn.Proofs.Simulation.Server;

namespace FedLearn.Proofs.Simulation;

/// <summary>A client's connection to one process, with its Watch stream.</summary>
internal sealed class SimLink(SimClient client, SimProcess process)
{
    public SimClient Client { get; } = client;

    public SimProcess Process { get; } = process;

    /// <summary>The stream as the server sees it.</summary>
    public WatchSession? Session { get; set; }

    /// <summary>Whether the client takes it for open.</summary>
    public bool IsOpen { get; set; } = true;

    /// <summary>When the last message arrives: a stream keeps its order.</summary>
    public TimeSpan LastArrival { get; set; }
}
