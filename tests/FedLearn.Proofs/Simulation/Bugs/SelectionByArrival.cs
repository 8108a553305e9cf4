using FedLearn.Core.Rounds;

namespace FedLearn.Proofs.Simulation.Bugs;

/// <summary>Whoever came last is left out of the round that opens with it.</summary>
internal sealed class SelectionByArrival : DecideDouble
{
    public override string Summary => "who is selected depends on who came when";

    protected override Decision Change(Decision decided, RunState before, RunEvent happened)
    {
        if (happened is not RunEvent.EligibleChanged changed
            || decided is not { State: { Phase: RunPhase.Fitting, Round: { Cohort.Count: > 1 } round }, Effects: [RunEffect.OpenRound] }
            || changed.Eligible.Except(before.Eligible).FirstOrDefault(round.Cohort.Contains) is not { } last)
        {
            return decided;
        }

        var without = round with { Cohort = round.Cohort.Remove(last) };
        return new Decision(decided.State with { Round = without }, [new RunEffect.OpenRound(without)]);
    }
}
