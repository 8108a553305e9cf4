namespace FedLearn.Proofs.Simulation.Machinery;

/// <summary>The coordinator's clocks: a monotonic one, and a wall clock that jumps.</summary>
internal sealed class SimClock(Timeline timeline) : TimeProvider
{
    private static readonly DateTimeOffset s_start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>How far the wall clock has been put forward or back.</summary>
    public TimeSpan Jumped { get; set; }

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp() => timeline.Now.Ticks;

    public override DateTimeOffset GetUtcNow() => s_start + timeline.Now + Jumped;
}
