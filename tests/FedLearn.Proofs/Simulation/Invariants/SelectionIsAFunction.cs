using FedLearn.Coordinator.Rounds;
using FedLearn.Coordinator.Storage;
using FedLearn.Core.Rounds;

namespace FedLearn.Proofs.Simulation.Invariants;

/// <summary>
/// I4: a cohort follows from the run's seed, the round, who was eligible and what they announced, and what the rows of earlier rounds say of them;
/// from nothing else. So it is the same whether the process remembers those rounds or recovered them.
/// </summary>
internal sealed class SelectionIsAFunction : Invariant
{
    public override void OnCommit(int process, RunCommit commit)
    {
        if (commit.Effect is RunEffect.OpenRound { Round: var round })
        {
            var then = Ledger.Eligible[round.Number];
            var facts = FactsBefore(round.Number) with { Announced = then.Announced ?? SelectionFacts.None.Announced };
            var expected = Selection.FitCohort(World.Plan.Spec, round.Number, then.Eligible, facts);
            Require(expected.SetEquals(round.Cohort), $"round {round.Number} selected [{string.Join(',', round.Cohort)}], not [{string.Join(',', expected)}]");
        }
    }

    private SelectionFacts FactsBefore(int round) => RunStore.Facts(
        World.Rows.Rounds.Values.Where(r => r.Number < round),
        n => World.Rows.Updates.Where(u => u.Round == n).DistinctBy(u => u.ClientId));
}
