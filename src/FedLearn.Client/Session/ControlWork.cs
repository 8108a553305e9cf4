using System.Numerics.Tensors;
using FedLearn.Core.Aggregation;

namespace FedLearn.Client.Session;

/// <summary>A client's side of the control variates in one round (<see cref="ControlVariates"/>).</summary>
internal sealed class ControlWork
{
    private readonly ReadOnlyMemory<float> _server;
    private readonly float[] _own;
    private readonly float[] _work;

    /// <param name="server">The base version's c; empty for zeros.</param>
    /// <param name="own">The client's c_i, which becomes the next one.</param>
    public ControlWork(ReadOnlyMemory<float> server, float[] own)
    {
        _server = server.IsEmpty ? new float[own.Length] : server;
        (_own, _work) = (own, new float[own.Length]);
        ControlVariates.Correct(_server.Span, _own, _work);
    }

    /// <summary>What each step adds to its gradient; until <see cref="Finish"/>.</summary>
    public ReadOnlyMemory<float> Correction => _work;

    /// <summary>The control delta, once finished.</summary>
    public ReadOnlySpan<float> Delta => _work;

    /// <summary>c_i as it is if the round counts, once finished.</summary>
    public ReadOnlySpan<float> Next => _own;

    /// <summary>Ends the local work.</summary>
    /// <exception cref="InvalidDataException">There were no steps, or the learning rate is 0.</exception>
    public void Finish(ReadOnlyMemory<float> basis, ReadOnlyMemory<float> trained, long steps, double learningRate)
    {
        if (steps < 1 || learningRate <= 0)
        {
            throw new InvalidDataException(
                $"the run's strategy divides by the steps and the learning rate; the trainer did {steps} steps at {learningRate}, and both must be above 0");
        }

        ControlVariates.Delta(basis.Span, trained.Span, _server.Span, steps, learningRate, _work);
        TensorPrimitives.Add(_own, _work, _own);
    }
}
