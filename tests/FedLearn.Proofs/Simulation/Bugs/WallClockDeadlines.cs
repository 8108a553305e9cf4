using FedLearn.Proofs.Simulation.Server;

namespace FedLearn.Proofs.Simulation.Bugs;

/// <summary>Elapsed time is the difference of two readings of the wall clock.</summary>
internal sealed class WallClockDeadlines : IPlantedBug
{
    public string Summary => "deadlines follow the wall clock";

    public SimParts Plant() => new() { Clock = clock => new WallClock(clock) };

    private sealed class WallClock(TimeProvider clock) : TimeProvider
    {
        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => clock.GetUtcNow().Ticks;

        public override DateTimeOffset GetUtcNow() => clock.GetUtcNow();
    }
}
