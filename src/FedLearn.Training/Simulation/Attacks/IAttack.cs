using FedLearn.Core.Models;

namespace FedLearn.Training.Simulation.Attacks;

/// <summary>
/// What the hostile clients of a simulated round send. They act together and know all updates, as the papers of the robust rules suppose. An
/// attack holds its settings and no state.
/// </summary>
public interface IAttack
{
    /// <summary>Replaces what the hostile clients send.</summary>
    /// <param name="hostile">The deltas that they trained, in canonical order; receive what they send.</param>
    /// <param name="honest">The others' deltas, at least one.</param>
    /// <param name="random">The chance of this round.</param>
    void Forge(IReadOnlyList<float[]> hostile, IReadOnlyList<float[]> honest, SeededRandom random);
}
