using FedLearn.Core.Models;

namespace FedLearn.Training.Simulation.Attacks;

/// <summary>
/// Inner-product manipulation (Xie et al. 2019): all hostile clients send -strength times the mean of the honest updates, so that the
/// aggregate's inner product with the true mean is negative.
/// </summary>
/// <param name="strength">The paper's epsilon, above 0; the mean of n updates, f of them hostile, turns around where it is above (n - f) / f.</param>
public sealed class InnerProduct(double strength) : IAttack
{
    /// <inheritdoc/>
    public void Forge(IReadOnlyList<float[]> hostile, IReadOnlyList<float[]> honest, SeededRandom random)
    {
        for (var i = 0; i < honest[0].Length; i++)
        {
            var sent = (float)(-strength * honest.Average(d => (double)d[i]));
            foreach (var delta in hostile)
            {
                delta[i] = sent;
            }
        }
    }
}
