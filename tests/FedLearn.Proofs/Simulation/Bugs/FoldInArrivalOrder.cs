using FedLearn.Coordinator.Rounds;
using FedLearn.Core.Specs;
using FedLearn.Proofs.Simulation.Server;

namespace FedLearn.Proofs.Simulation.Bugs;

/// <summary>Updates are summed in the order in which they came.</summary>
internal sealed class FoldInArrivalOrder : IPlantedBug
{
    public string Summary => "the aggregate depends on the order of arrival";

    public SimParts Plant() => new() { Models = world => new ArrivalModels(world) };

    private sealed class ArrivalModels(SimWorld world) : SimModels(world)
    {
        public override StoredVersion Aggregate(
            string runId, RunSpec spec, StoredVersion baseVersion, int round, IReadOnlyList<SealedUpdate> updates, CancellationToken cancellationToken)
        {
            var arrived = World.Rows.Updates.Where(u => u.Round == round).Select(u => u.ClientId).ToList();
            return base.Aggregate(runId, spec, baseVersion, round, [.. updates.OrderBy(u => arrived.IndexOf(u.ClientId))], cancellationToken);
        }
    }
}
