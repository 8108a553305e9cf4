using FedLearn.Core.Specs;

namespace FedLearn.Core.Aggregation;

/// <summary>
/// How far a client's local steps go: ||a||_1 in Wang et al. 2020, where the delta of tau steps is -eta * sum_j a_j * g_j over the
/// gradients g_j. tau for plain SGD; more with momentum, less with a proximal term.
/// </summary>
public static class LocalWork
{
    /// <summary>The local work of so many steps.</summary>
    /// <param name="settings">The run's client settings; of momentum and proximal term at most one.</param>
    /// <param name="round">The round, from 1.</param>
    /// <param name="steps">The steps done, at least 1.</param>
    public static double Of(ClientSettings settings, int round, long steps)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(steps, 1);
        return settings switch
        {
            // w - w_0 shrinks by 1 - eta * mu in each step, and every gradient in it with it.
            { ProximalMu: > 0 } => Geometric(Math.Abs(1 - (settings.LearningRateAt(round) * settings.ProximalMu)), steps),

            // The gradient of k steps ago has moved w by 1 + m + ... + m^(k-1) times itself.
            { Momentum: > 0 and var m } => (steps - (m * Geometric(m, steps))) / (1 - m),
            _ => steps,
        };
    }

    /// <summary>1 + q + ... + q^(terms - 1), for q of at least 0.</summary>
    private static double Geometric(double q, long terms) => q == 1 ? terms : (1 - Math.Pow(q, terms)) / (1 - q);
}
