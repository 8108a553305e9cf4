using FedLearn.Core.Rounds;
using FedLearn.Proofs.Simulation.Server;

namespace FedLearn.Proofs.Simulation.Bugs;

/// <summary>An update that missed its round is counted in the next one.</summary>
internal sealed class CarriedOver : DecideDouble
{
    public override string Summary => "a late update is counted in the round that is open now";

    public override SimParts Plant() => base.Plant() with { Gate = () => new LenientGate() };

    protected override Decision Change(Decision decided, RunState before, RunEvent happened)
    {
        if (happened is not RunEvent.UpdateSealed update
            || decided.State is not { Phase: RunPhase.Fitting, Round: { } open }
            || update.Round >= open.Number
            || open.Updates.ContainsKey(update.ClientId))
        {
            return decided;
        }

        var with = decided.State with { Round = open with { Updates = open.Updates.Add(update.ClientId, update.Update) } };
        return Accepting(decided with { State = with }, update, open.Number);
    }
}
