using FedLearn.Coordinator.Rounds;
using FedLearn.Core.Rounds;

namespace FedLearn.Proofs.Simulation.Invariants;

/// <summary>Between a durable pause and a durable resumption no round opens, whatever process is at work.</summary>
internal sealed class NoRoundOpensWhilePaused : Invariant
{
    public override void OnCommit(int process, RunCommit commit) =>
        Require(commit.Effect is not RunEffect.OpenRound || !Ledger.Paused, $"a round opens in process {process} while the run is paused");
}
