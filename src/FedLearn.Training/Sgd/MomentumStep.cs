using System.Numerics.Tensors;
using FedLearn.Training.Data;
using FedLearn.Training.Models;
using FedLearn.Training.Models.Kernels;

namespace FedLearn.Training.Sgd;

/// <summary>SGD with heavy-ball momentum, the velocity at zero when a round begins.</summary>
internal sealed unsafe class MomentumStep(Network network, AlignedFloats parameters, SgdJob job) : ISgdStep
{
    private readonly AlignedFloats _velocity = new(parameters.Length);
    private readonly float _rate = (float)job.Settings.LearningRateAt(job.Round);
    private readonly float _momentum = (float)job.Settings.Momentum;
    private readonly float _decay = (float)job.Settings.WeightDecay;

    /// <inheritdoc/>
    public LossSum Do(DataSet data, ReadOnlySpan<int> batch)
    {
        network.Gather(data, batch);
        var sum = network.Forward(parameters.Pointer, batch.Length, differentiate: true);
        network.Backward(parameters.Pointer, batch.Length, _velocity.Pointer, _momentum, 1f / batch.Length);
        if (_decay > 0)
        {
            TensorPrimitives.MultiplyAdd(parameters.Span, _decay, _velocity.Span, _velocity.Span);
        }

        TensorPrimitives.MultiplyAdd(_velocity.Span, -_rate, parameters.Span, parameters.Span);
        return sum;
    }
}
