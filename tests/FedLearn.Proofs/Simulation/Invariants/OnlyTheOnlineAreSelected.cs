using FedLearn.Coordinator.Rounds;
using FedLearn.Core.Rounds;

namespace FedLearn.Proofs.Simulation.Invariants;

/// <summary>A round selects only clients that are connected: it would wait for the others until its deadline.</summary>
internal sealed class OnlyTheOnlineAreSelected : Invariant
{
    public override void OnCommit(int process, RunCommit commit)
    {
        if (commit.Effect is RunEffect.OpenRound { Round: var round })
        {
            var offline = round.Cohort.Where(id => !World.Current.IsOnline(id)).ToList();
            Require(offline.Count == 0, $"round {round.Number} selects [{string.Join(',', offline)}], who are offline");
        }
    }
}
