using FedLearn.Core.Rounds;

namespace FedLearn.Proofs.Simulation.Bugs;

/// <summary>A void round leaves no marks in the process that lived through it; a restart counts them from the rows.</summary>
internal sealed class VoidRoundsForgiven : DecideDouble
{
    public override string Summary => "who is selected depends on whether the process remembers or recovered";

    protected override Decision Change(Decision decided, RunState before, RunEvent happened) =>
        decided is { State.Phase: RunPhase.Waiting } && decided.Effects.Any(e => e is RunEffect.VoidRound)
            ? decided with { State = decided.State with { Facts = before.Facts } }
            : decided;
}
