using FedLearn.Core.Rounds;
using FedLearn.Proofs.Simulation.Server;

namespace FedLearn.Proofs.Simulation.Bugs;

/// <summary>An update that comes while its round is being aggregated is acknowledged, and is in no version.</summary>
internal sealed class LateUpdateAccepted : DecideDouble
{
    public override string Summary => "an update that comes after its round's end is acknowledged";

    public override SimParts Plant() => base.Plant() with { Gate = () => new LenientGate() };

    protected override Decision Change(Decision decided, RunState before, RunEvent happened) =>
        happened is RunEvent.UpdateSealed update && before.LastRound == update.Round && decided.Effects.Any(e => e is RunEffect.RefuseUpdate { Reason: Refusal.RoundClosed })
            ? Accepting(decided, update, update.Round)
            : decided;
}
