using FedLearn.Coordinator.Rounds;
using FedLearn.Core.Rounds;

namespace FedLearn.Proofs.Simulation.Invariants;

/// <summary>I3: rounds are numbered one after the other, void ones too, and train from the newest version.</summary>
internal sealed class RoundNumbersAreNew : Invariant
{
    public override void OnCommit(int process, RunCommit commit)
    {
        if (commit.Effect is RunEffect.OpenRound { Round: var round })
        {
            Require(round.Number == Ledger.Rounds.Count + 1, $"round {round.Number} is opened after {Ledger.Rounds.Count} rounds");
            Require(round.BaseVersion == Ledger.Versions[^1].Number, $"round {round.Number} is based on version {round.BaseVersion}, the newest is {Ledger.Versions[^1].Number}");
        }
    }
}
