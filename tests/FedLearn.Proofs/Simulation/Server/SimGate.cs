using FedLearn.Coordinator;
using FedLearn.Coordinator.Ingest;
using FedLearn.Coordinator.Rounds;
using FedLearn.Protocol;

namespace FedLearn.Proofs.Simulation.Server;

/// <summary>The product's gate, behind a seam for what a bug replaces.</summary>
internal class SimGate(CoordinatorLog log)
{
    private readonly UpdateGate _gate = new(log);

    public virtual GateAnswer Admit(OpenRun run, AnnouncedUpdate update) => _gate.Admit(run, update);

    public virtual Problem? CheckWhole(OpenRun run, AnnouncedUpdate update, IReadOnlyList<WholePart> parts) =>
        UpdateGate.CheckWhole(run, update, parts);
}
