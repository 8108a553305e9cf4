using FedLearn.Core.Rounds;
using FedLearn.Proofs.Simulation.Server;

namespace FedLearn.Proofs.Simulation.Bugs;

/// <summary>A state machine that decides as the product does, but for one thing.</summary>
internal abstract class DecideDouble : IPlantedBug
{
    public abstract string Summary { get; }

    public virtual SimParts Plant() => new() { Decide = Decide };

    /// <summary>Changes a decision, or returns it as it is.</summary>
    protected abstract Decision Change(Decision decided, RunState before, RunEvent happened);

    /// <summary>A decision whose refusal of an update has become an acceptance.</summary>
    protected static Decision Accepting(Decision decided, RunEvent.UpdateSealed update, int round) =>
        decided with { Effects = [.. decided.Effects.Where(e => e is not (RunEffect.RefuseUpdate or RunEffect.RepeatReceipt)), new RunEffect.AcceptUpdate(update.ClientId, round, update.Update)] };

    private Decision Decide(RunState state, RunEvent happened, TimeSpan now) => Change(RunMachine.Decide(state, happened, now), state, happened);
}
