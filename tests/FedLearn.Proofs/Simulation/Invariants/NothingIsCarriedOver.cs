using FedLearn.Coordinator.Rounds;
using FedLearn.Core.Rounds;
using FedLearn.Protocol.V1;

namespace FedLearn.Proofs.Simulation.Invariants;

/// <summary>I1: an update counts in the round and on the base that its header names, and only while that round takes updates.</summary>
internal sealed class NothingIsCarriedOver : Invariant
{
    public override void OnCommit(int process, RunCommit commit)
    {
        if (commit is { Effect: RunEffect.AcceptUpdate accept, Update: { } update })
        {
            Require(update.Round == accept.Round, $"{accept.ClientId}'s update of round {update.Round} is counted in round {accept.Round}");
            Require(Ledger.Rounds[accept.Round].Status == RoundStatus.Fitting, $"{accept.ClientId}'s update came when round {accept.Round} was {Ledger.Rounds[accept.Round].Status}");
        }
    }
}
