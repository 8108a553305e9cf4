using System.Collections.Immutable;
using System.Runtime.Intrinsics;

namespace FedLearn.Core.Optimizers;

/// <summary>What the adaptive optimizers of Reddi et al. 2021, algorithm 2, have in common.</summary>
/// <param name="LearningRate">eta, the server's learning rate.</param>
/// <param name="Beta1">The decay of the first moment, in [0, 1).</param>
/// <param name="Tau">The degree of adaptivity, above 0: the smaller, the more adaptive.</param>
public readonly record struct AdaptiveRates(double LearningRate, double Beta1, double Tau)
{
    /// <summary>The moments: m_{-1} = 0, and v_{-1} = tau^2, the least that the algorithm allows.</summary>
    internal ImmutableArray<StateVector> State => [new("m", 0), new("v", (float)(Tau * Tau))];
}

/// <summary>How an adaptive optimizer's second moment follows the squared deltas: the only line in which the three differ.</summary>
internal interface ISecondMoment
{
    Vector256<double> Next(Vector256<double> v, Vector256<double> squared);
}

/// <summary>
/// Reddi et al. 2021, algorithm 2: m_t = beta1 * m_{t-1} + (1 - beta1) * delta_t; v_t as the optimizer has it;
/// x_{t+1} = x_t + eta * m_t / (sqrt(v_t) + tau). There is no bias correction.
/// </summary>
internal readonly struct AdaptiveStep<TMoment>(AdaptiveRates rates, TMoment moment) : ICoordinateStep
    where TMoment : struct, ISecondMoment
{
    private readonly Vector256<double> _rate = Vector256.Create(rates.LearningRate);
    private readonly Vector256<double> _beta1 = Vector256.Create(rates.Beta1);
    private readonly Vector256<double> _rest1 = Vector256.Create(1 - rates.Beta1);
    private readonly Vector256<double> _tau = Vector256.Create(rates.Tau);

    public static int StateVectors => 2;

    public Vector256<double> Move(Vector256<double> delta, ref Vector256<double> first, ref Vector256<double> second)
    {
        first = (_beta1 * first) + (_rest1 * delta);
        second = moment.Next(second, delta * delta);
        return _rate * first / (Vector256.Sqrt(second) + _tau);
    }
}
