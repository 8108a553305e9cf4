using System.Collections.Immutable;
using System.Runtime.Intrinsics;

namespace FedLearn.Core.Optimizers;

/// <summary>
/// FedAvgM: SGD with momentum on the server, v_t = momentum * v_{t-1} + delta_t, x_{t+1} = x_t + learningRate * v_t, v_0 = 0
/// (Hsu et al. 2019, section 4.3, with the learning rate of Reddi et al. 2021). A constant delta moves the parameters by up to
/// learningRate / (1 - momentum) times itself a round.
/// </summary>
/// <param name="learningRate">The server's learning rate.</param>
/// <param name="momentum">The momentum, in [0, 1); 0 gives <see cref="ServerSgd"/>.</param>
public sealed class FedAvgM(double learningRate, double momentum) : IServerOptimizer
{
    /// <inheritdoc/>
    public ImmutableArray<StateVector> State { get; } = [new("m", 0)];

    /// <inheritdoc/>
    public void Step(ReadOnlySpan<float> parameters, ReadOnlySpan<double> delta, Span<float> state, Span<float> next) =>
        BlockStep.Run(new Coordinates(Vector256.Create(learningRate), Vector256.Create(momentum)), parameters, delta, state, next);

    private readonly record struct Coordinates(Vector256<double> Rate, Vector256<double> Momentum) : ICoordinateStep
    {
        public static int StateVectors => 1;

        public Vector256<double> Move(Vector256<double> delta, ref Vector256<double> first, ref Vector256<double> second)
        {
            first = (Momentum * first) + delta;
            return Rate * first;
        }
    }
}
