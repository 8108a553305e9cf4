using FedLearn.Coordinator.Models;
using FedLearn.Coordinator.Operations.Telemetry;
using FedLearn.Core.Rounds;

namespace FedLearn.Coordinator.Rounds;

/// <summary>What every run's loop works with.</summary>
/// <param name="Store">Where runs are kept.</param>
/// <param name="Versions">Where versions and updates are kept.</param>
/// <param name="Hub">Who is online.</param>
/// <param name="Log">The coordinator's log.</param>
/// <param name="Time">The clock.</param>
/// <param name="Fatal">Ends the process after a write whose outcome is unknown.</param>
internal sealed record RunServices(
    IRunStore Store,
    IModelStore Versions,
    WatchHub Hub,
    CoordinatorLog Log,
    TimeProvider Time,
    Action<string, Exception> Fatal)
{
    private readonly long _start = Time.GetTimestamp();

    /// <summary>The coordinator's instruments; null, the default, measures nothing.</summary>
    public CoordinatorMetrics? Metrics { get; init; }

    /// <summary>What decides; a test may look over its shoulder.</summary>
    public Func<RunState, RunEvent, TimeSpan, Decision> Decide { get; init; } = RunMachine.Decide;

    /// <summary>Signs what a version is made of: the version, its parent (null of version 0), the run's spec, the round's updates. A simulation signs nothing.</summary>
    public Func<StoredVersion, StoredVersion?, string, IReadOnlyList<SealedUpdate>, StoredVersion> Attest { get; init; } = (version, _, _, _) => version;

    /// <summary>Signs the receipts of updates that are committed together. A simulation signs nothing.</summary>
    public Action<IReadOnlyList<SealedUpdate>> SignReceipts { get; init; } = _ => { };

    /// <summary>Starts work that may take long, such as an aggregation; a simulation runs it when its own clock says.</summary>
    public Func<Action, Task> InBackground { get; init; } = Task.Run;

    /// <summary>The monotonic instant that deadlines use.</summary>
    public TimeSpan Now => Time.GetElapsedTime(_start);
}
