using System.Collections.Immutable;
using System.Runtime.Intrinsics;

namespace FedLearn.Core.Optimizers;

/// <summary>
/// The server step of FedAvg: x_{t+1} = x_t + learningRate * delta (Reddi et al. 2021, algorithm 1, with SGD as ServerOpt).
/// With a learning rate of 1 this is the weighted mean of the clients' parameters.
/// </summary>
/// <param name="learningRate">The server's learning rate.</param>
public sealed class ServerSgd(double learningRate) : IServerOptimizer
{
    /// <inheritdoc/>
    public ImmutableArray<StateVector> State => [];

    /// <inheritdoc/>
    public void Step(ReadOnlySpan<float> parameters, ReadOnlySpan<double> delta, Span<float> state, Span<float> next) =>
        BlockStep.Run(new Coordinates(Vector256.Create(learningRate)), parameters, delta, state, next);

    private readonly record struct Coordinates(Vector256<double> Rate) : ICoordinateStep
    {
        public static int StateVectors => 0;

        public Vector256<double> Move(Vector256<double> delta, ref Vector256<double> first, ref Vector256<double> second) => Rate * delta;
    }
}
