using FedLearn.Proofs.Simulation.Server;

namespace FedLearn.Proofs.Simulation.Bugs;

/// <summary>A version's file is written and never synced.</summary>
internal sealed class PublishBeforeDurable : IPlantedBug
{
    public string Summary => "a version is published before its file is durable";

    public SimParts Plant() => new() { Models = world => new HastyModels(world) };

    private sealed class HastyModels(SimWorld world) : SimModels(world)
    {
        protected override void Sync(string name)
        {
        }
    }
}
