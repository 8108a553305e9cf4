using FedLearn.Proofs.Simulation.Server;

namespace FedLearn.Proofs.Simulation.Bugs;

/// <summary>A second process starts beside a living one, and both write.</summary>
internal sealed class TwoWriters : IPlantedBug
{
    public string Summary => "an old process writes after a new one has taken over";

    public SimParts Plant() => new() { Lock = () => new NoLock() };

    private sealed class NoLock : ProcessLock
    {
        public override bool TryTake(int process) => true;
    }
}
