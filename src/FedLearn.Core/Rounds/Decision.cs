namespace FedLearn.Core.Rounds;

/// <summary>What follows from an event: the next state, and what must be done, in order.</summary>
public readonly record struct Decision(RunState State, IReadOnlyList<RunEffect> Effects)
{
    /// <summary>Nothing follows.</summary>
    public static Decision Nothing(RunState state) => new(state, []);
}
