using System.Numerics.Tensors;
using FedLearn.Core.Models;

namespace FedLearn.Training.Simulation.Attacks;

/// <summary>Sign flip: each hostile client sends its own delta times -strength.</summary>
/// <param name="strength">Above 0; the mean of n updates, f of them hostile, turns around where it is above (n - f) / f.</param>
public sealed class SignFlip(double strength) : IAttack
{
    /// <inheritdoc/>
    public void Forge(IReadOnlyList<float[]> hostile, IReadOnlyList<float[]> honest, SeededRandom random)
    {
        foreach (var delta in hostile)
        {
            TensorPrimitives.Multiply(delta, (float)-strength, delta);
        }
    }
}
