using FedLearn.Core.Rounds;

namespace FedLearn.Proofs.Simulation.Bugs;

/// <summary>Who was once eligible stays so.</summary>
internal sealed class SelectsTheOffline : DecideDouble
{
    public override string Summary => "a client that went away can still be selected";

    protected override Decision Change(Decision decided, RunState before, RunEvent happened) =>
        decided with { State = decided.State with { Eligible = before.Eligible.Union(decided.State.Eligible) } };
}
