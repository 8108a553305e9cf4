using System.Collections.Immutable;
using System.Runtime.Intrinsics;

namespace FedLearn.Core.Optimizers;

/// <summary>
/// FedAdagrad (Reddi et al. 2021, algorithm 2): v_t = v_{t-1} + delta_t^2, so a coordinate's steps shrink with all that it has moved.
/// </summary>
/// <param name="rates">Its rates; the paper's beta1 is 0.</param>
public sealed class FedAdagrad(AdaptiveRates rates) : IServerOptimizer
{
    /// <inheritdoc/>
    public ImmutableArray<StateVector> State { get; } = rates.State;

    /// <inheritdoc/>
    public void Step(ReadOnlySpan<float> parameters, ReadOnlySpan<double> delta, Span<float> state, Span<float> next) =>
        BlockStep.Run(new AdaptiveStep<Sum>(rates, default), parameters, delta, state, next);

    private readonly struct Sum : ISecondMoment
    {
        public Vector256<double> Next(Vector256<double> v, Vector256<double> squared) => v + squared;
    }
}
