using System.Collections.Immutable;
using System.Runtime.Intrinsics;

namespace FedLearn.Core.Optimizers;

/// <summary>FedAdam (Reddi et al. 2021, algorithm 2): v_t = beta2 * v_{t-1} + (1 - beta2) * delta_t^2, without bias correction.</summary>
/// <param name="rates">Its rates; the paper's beta1 is 0.9.</param>
/// <param name="beta2">The decay of the second moment, in [0, 1); the paper's is 0.99.</param>
public sealed class FedAdam(AdaptiveRates rates, double beta2) : IServerOptimizer
{
    /// <inheritdoc/>
    public ImmutableArray<StateVector> State { get; } = rates.State;

    /// <inheritdoc/>
    public void Step(ReadOnlySpan<float> parameters, ReadOnlySpan<double> delta, Span<float> state, Span<float> next) =>
        BlockStep.Run(new AdaptiveStep<Mean>(rates, new Mean(beta2)), parameters, delta, state, next);

    private readonly struct Mean(double beta2) : ISecondMoment
    {
        private readonly Vector256<double> _kept = Vector256.Create(beta2);
        private readonly Vector256<double> _new = Vector256.Create(1 - beta2);

        public Vector256<double> Next(Vector256<double> v, Vector256<double> squared) => (_kept * v) + (_new * squared);
    }
}
