using System.Collections.Immutable;
using System.Runtime.Intrinsics;

namespace FedLearn.Core.Optimizers;

/// <summary>
/// FedYogi (Reddi et al. 2021, algorithm 2): v_t = v_{t-1} - (1 - beta2) * delta_t^2 * sign(v_{t-1} - delta_t^2), so that v falls by no more
/// than the small delta that makes it fall.
/// </summary>
/// <param name="rates">Its rates; the paper's beta1 is 0.9.</param>
/// <param name="beta2">The decay of the second moment, in [0, 1); the paper's is 0.99.</param>
public sealed class FedYogi(AdaptiveRates rates, double beta2) : IServerOptimizer
{
    /// <inheritdoc/>
    public ImmutableArray<StateVector> State { get; } = rates.State;

    /// <inheritdoc/>
    public void Step(ReadOnlySpan<float> parameters, ReadOnlySpan<double> delta, Span<float> state, Span<float> next) =>
        BlockStep.Run(new AdaptiveStep<Signed>(rates, new Signed(beta2)), parameters, delta, state, next);

    private readonly struct Signed(double beta2) : ISecondMoment
    {
        private readonly Vector256<double> _new = Vector256.Create(1 - beta2);

        public Vector256<double> Next(Vector256<double> v, Vector256<double> squared)
        {
            var fall = Vector256.ConditionalSelect(Vector256.GreaterThan(v, squared), squared, Vector256<double>.Zero);
            var rise = Vector256.ConditionalSelect(Vector256.LessThan(v, squared), squared, Vector256<double>.Zero);
            return v - (_new * (fall - rise));
        }
    }
}
