using FedLearn.Core.Rounds;
using FedLearn.Proofs.Simulation.Server;

namespace FedLearn.Proofs.Simulation.Bugs;

/// <summary>(round, client) is no key of the updates' rows, and another update of a client is added beside its first.</summary>
internal sealed class NoUniqueKey : DecideDouble
{
    public override string Summary => "another update of the same client in the same round is added";

    public override SimParts Plant() => base.Plant() with { UniqueKeys = false, Gate = () => new ForgetfulGate() };

    protected override Decision Change(Decision decided, RunState before, RunEvent happened) =>
        happened is RunEvent.UpdateSealed update && decided.Effects.Any(e => e is RunEffect.RefuseUpdate { Reason: Refusal.AnotherAccepted })
            ? Accepting(decided, update, update.Round)
            : decided;
}
