using FedLearn.Coordinator;
using FedLearn.Coordinator.Models;
using FedLearn.Coordinator.Rounds;
using FedLearn.Core.Rounds;
using FedLearn.Proofs.Simulation.Machinery;
using Microsoft.Extensions.Logging.Abstractions;

namespace FedLearn.Proofs.Simulation.Server;

/// <summary>What a coordinator process is made of: each piece can be replaced by one that is wrong.</summary>
internal sealed record SimParts
{
    public Func<RunState, RunEvent, TimeSpan, Decision> Decide { get; init; } = RunMachine.Decide;

    public Func<SimWorld, int, IRunStore> Store { get; init; } = (world, process) => new SimStore(world, process);

    public Func<SimWorld, IModelStore> Models { get; init; } = world => new SimModels(world);

    public Func<SimClock, TimeProvider> Clock { get; init; } = clock => clock;

    public Func<SimGate> Gate { get; init; } = () => new SimGate(QuietLog);

    public Func<ProcessLock> Lock { get; init; } = () => new ProcessLock();

    /// <summary>Whether the database has unique keys.</summary>
    public bool UniqueKeys { get; init; } = true;

    /// <summary>The one invariant that watches, by its name; null for all of them.</summary>
    public string? OnlyInvariant { get; init; }

    /// <summary>A log that nobody reads.</summary>
    public static CoordinatorLog QuietLog { get; } = new(NullLogger<CoordinatorLog>.Instance);
}
