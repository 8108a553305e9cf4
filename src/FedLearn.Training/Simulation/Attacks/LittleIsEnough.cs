using FedLearn.Core.Models;
using MathNet.Numerics.Distributions;

namespace FedLearn.Training.Simulation.Attacks;

/// <summary>
/// "A little is enough" (Baruch et al. 2019, algorithm 3): all hostile clients send mean - z * deviation of the honest updates, coordinate by
/// coordinate, so near to the mean that rules which look for outliers do not find them.
/// </summary>
/// <remarks>
/// z is the paper's: with s = floor(n / 2 + 1) - f supporters to win, Phi(z) = (n - f - s) / (n - f); times the strength. Where that is 0 or
/// less the attack has no room and sends the mean.
/// </remarks>
/// <param name="strength">The factor on the paper's z, above 0.</param>
public sealed class LittleIsEnough(double strength) : IAttack
{
    /// <summary>The paper's z of n updates, f of them hostile; at least 0.</summary>
    public static double Z(int updates, int hostile)
    {
        var supporters = (updates / 2) + 1 - hostile;
        var share = (double)(updates - hostile - supporters) / (updates - hostile);

        // From f = n / 2 on no supporter is needed, and nothing bounds z.
        return Math.Max(0, Normal.InvCDF(0, 1, Math.Min(share, 0.9999)));
    }

    /// <inheritdoc/>
    public void Forge(IReadOnlyList<float[]> hostile, IReadOnlyList<float[]> honest, SeededRandom random)
    {
        var z = strength * Z(hostile.Count + honest.Count, hostile.Count);
        for (var i = 0; i < honest[0].Length; i++)
        {
            var (mean, deviation) = MomentsOf(honest, i);
            foreach (var delta in hostile)
            {
                delta[i] = (float)(mean - (z * deviation));
            }
        }
    }

    private static (double Mean, double Deviation) MomentsOf(IReadOnlyList<float[]> honest, int i)
    {
        var mean = honest.Average(d => (double)d[i]);
        return (mean, Math.Sqrt(honest.Average(d => (d[i] - mean) * (d[i] - mean))));
    }
}
