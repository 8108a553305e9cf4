using FedLearn.Coordinator.Models;

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

    /// <summary>The monotonic instant that deadlines use.</summary>
    public TimeSpan Now => Time.GetElapsedTime(_start);
}
