using System.Collections.Immutable;

namespace FedLearn.Core.Optimizers;

/// <summary>
/// How the server moves its parameters once a round's updates are one delta (ServerOpt in Reddi et al. 2021, algorithm 1): block of
/// coordinates by block of coordinates. It holds no state of its own: what it remembers comes in and goes out with the block, so that it
/// can lie on disk beside the version, and any number of threads give the same bits.
/// </summary>
public interface IServerOptimizer
{
    /// <summary>The vectors that it keeps from version to version, each as long as the model; none for a plain step.</summary>
    ImmutableArray<StateVector> State { get; }

    /// <summary>Steps one block of coordinates.</summary>
    /// <param name="parameters">The base version's parameters.</param>
    /// <param name="delta">The aggregated delta; as long as the parameters. The pseudo-gradient is its negative.</param>
    /// <param name="state">
    /// The block of each vector of <see cref="State"/>, one after the other, each as long as the parameters: the base version's, and on
    /// return the new one's.
    /// </param>
    /// <param name="next">Receives the new version's parameters; may be the parameters themselves.</param>
    void Step(ReadOnlySpan<float> parameters, ReadOnlySpan<double> delta, Span<float> state, Span<float> next);
}

/// <summary>A vector that a server optimizer keeps.</summary>
/// <param name="Name">Short, of a-z: a part of the file's name.</param>
/// <param name="Start">The value of every coordinate before the first round.</param>
public readonly record struct StateVector(string Name, float Start);
