using FedLearn.Core.Models;

namespace FedLearn.Training.Simulation.Attacks;

/// <summary>Gaussian noise (Blanchard et al. 2017, section 6): each hostile client sends independent values of N(0, strength^2).</summary>
/// <param name="strength">The standard deviation of a coordinate, above 0.</param>
public sealed class GaussianNoise(double strength) : IAttack
{
    /// <inheritdoc/>
    public void Forge(IReadOnlyList<float[]> hostile, IReadOnlyList<float[]> honest, SeededRandom random)
    {
        foreach (var delta in hostile)
        {
            for (var i = 0; i < delta.Length; i++)
            {
                delta[i] = (float)(strength * random.NextGaussian());
            }
        }
    }
}
