using FedLearn.Coordinator.Ingest;
using FedLearn.Coordinator.Rounds;
using FedLearn.Core.Rounds;
using FedLearn.Proofs.Simulation.Server;

namespace FedLearn.Proofs.Simulation.Bugs;

/// <summary>A gate that lets updates of closed rounds through.</summary>
internal sealed class LenientGate() : SimGate(SimParts.QuietLog)
{
    public override GateAnswer Admit(OpenRun run, AnnouncedUpdate update) =>
        RunMachine.WhyNot(run.State, update.ClientId, update.Round, update.Header.BaseVersion) == Refusal.RoundClosed ? default : base.Admit(run, update);
}
