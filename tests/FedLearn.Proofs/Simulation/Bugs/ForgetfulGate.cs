using FedLearn.Coordinator.Ingest;
using FedLearn.Coordinator.Rounds;
using FedLearn.Proofs.Simulation.Server;

namespace FedLearn.Proofs.Simulation.Bugs;

/// <summary>A gate that does not look for what a client has delivered before.</summary>
internal sealed class ForgetfulGate() : SimGate(SimParts.QuietLog)
{
    public override GateAnswer Admit(OpenRun run, AnnouncedUpdate update) =>
        run.Updates.Find(update.Round, update.ClientId) is null ? base.Admit(run, update) : default;
}
