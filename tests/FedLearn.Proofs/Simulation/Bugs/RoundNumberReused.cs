using FedLearn.Core.Rounds;
using FedLearn.Proofs.Simulation.Server;

namespace FedLearn.Proofs.Simulation.Bugs;

/// <summary>A void round is tried again under its own number.</summary>
internal sealed class RoundNumberReused : DecideDouble
{
    public override string Summary => "a round that was void is opened again under its number";

    public override SimParts Plant() => base.Plant() with { UniqueKeys = false };

    protected override Decision Change(Decision decided, RunState before, RunEvent happened) =>
        decided.Effects.Any(e => e is RunEffect.VoidRound) && decided.State is { Phase: RunPhase.Waiting }
            ? decided with { State = decided.State with { LastRound = decided.State.LastRound - 1 } }
            : decided;
}
