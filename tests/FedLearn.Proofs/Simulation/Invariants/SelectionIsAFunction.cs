using FedLearn.Coordinator.Rounds;
using FedLearn.Core.Rounds;

namespace FedLearn.Proofs.Simulation.Invariants;

/// <summary>I4: a cohort follows from the run's seed, the round and who was eligible, and from nothing else.</summary>
internal sealed class SelectionIsAFunction : Invariant
{
    public override void OnCommit(int process, RunCommit commit)
    {
        if (commit.Effect is RunEffect.OpenRound { Round: var round })
        {
            var expected = Selection.FitCohort(World.Plan.Spec, round.Number, Ledger.Eligible[round.Number]);
            Require(expected.SetEquals(round.Cohort), $"round {round.Number} selected [{string.Join(',', round.Cohort)}], not [{string.Join(',', expected)}]");
        }
    }
}
