using FedLearn.Core.Rounds;
using FedLearn.Proofs.Simulation.Server;

namespace FedLearn.Proofs.Simulation.Bugs;

/// <summary>A client that did not hear its receipt sends its update again, and it is counted again.</summary>
internal sealed class CountedTwiceAfterReconnect : DecideDouble
{
    public override string Summary => "the same update, sent again, is counted again";

    public override SimParts Plant() => base.Plant() with { UniqueKeys = false, Gate = () => new ForgetfulGate() };

    protected override Decision Change(Decision decided, RunState before, RunEvent happened) =>
        happened is RunEvent.UpdateSealed update && decided.Effects.Any(e => e is RunEffect.RepeatReceipt)
            ? Accepting(decided, update, update.Round)
            : decided;
}
