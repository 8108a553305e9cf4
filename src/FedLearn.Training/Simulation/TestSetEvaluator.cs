using System.Collections.Concurrent;
using FedLearn.Training.Data;
using FedLearn.Training.Models;
using FedLearn.Training.Models.Kernels;
using FedLearn.Training.Sgd;

namespace FedLearn.Training.Simulation;

/// <summary>
/// What versions do on one test set, by several threads: each takes pieces of the set, and what they sum is added in the
/// order of the pieces, so the number of threads changes no bit.
/// </summary>
internal sealed unsafe class TestSetEvaluator(ModelDefinition model, DataSet test, int threads)
{
    private const int PieceSize = 128;

    private readonly AlignedFloats _parameters = new(checked((int)model.Manifest.ElementCount));
    private readonly LossSum[] _sums = new LossSum[(test.Count + PieceSize - 1) / PieceSize];
    private readonly ConcurrentBag<Network> _networks = [];
    private ClassMetrics? _classes;

    /// <summary>Whether there is anything to evaluate on.</summary>
    public bool HasExamples => test.Count > 0;

    /// <summary>Evaluates.</summary>
    public CentralResult Run(ReadOnlySpan<float> parameters, CancellationToken cancellationToken)
    {
        parameters.CopyTo(_parameters.Span);
        _classes = model.Classifies ? new(model) : null;
        Parallel.For(0, _sums.Length, new ParallelOptions { MaxDegreeOfParallelism = threads, CancellationToken = cancellationToken }, Piece);
        var sum = _sums.Aggregate((a, b) => a + b);
        return new(
            test.Count, sum.Loss / test.Count, _classes is null ? null : (double)sum.Correct / test.Count, _classes?.Counts(), _classes?.Area());
    }

    private void Piece(int piece)
    {
        var network = _networks.TryTake(out var used) ? used : model.CreateNetwork(Math.Min(PieceSize, test.Count), threads: 1);
        Span<int> indices = stackalloc int[Math.Min(PieceSize, test.Count - (piece * PieceSize))];
        for (var i = 0; i < indices.Length; i++)
        {
            indices[i] = (piece * PieceSize) + i;
        }

        network.Gather(test, indices);
        _sums[piece] = network.Forward(_parameters.Pointer, indices.Length, differentiate: false);
        if (_classes is { } classes)
        {
            // Counts and areas do not depend on the order of the pieces.
            lock (classes)
            {
                classes.Add(network.Outputs(indices.Length), network.Labels(indices.Length));
            }
        }

        _networks.Add(network);
    }
}
