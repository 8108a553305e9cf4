using System.Numerics.Tensors;
using FedLearn.Training.Data;
using FedLearn.Training.Models;
using FedLearn.Training.Models.Kernels;

namespace FedLearn.Training.Sgd;

/// <summary>
/// SGD whose step needs more than the gradient: heavy-ball momentum, the velocity at zero when a round begins, FedProx's proximal term, and a correction of
/// the gradient.
/// </summary>
internal sealed unsafe class StoredStep(Network network, SgdWorkspace workspace, SgdJob job) : ISgdStep
{
    private readonly AlignedFloats _parameters = workspace.Parameters;
    private readonly AlignedFloats _velocity = Cleared(workspace.Gradient);
    private readonly float _rate = (float)job.Settings.LearningRateAt(job.Round);
    private readonly float _momentum = (float)job.Settings.Momentum;
    private readonly float _decay = (float)job.Settings.WeightDecay;
    private readonly float _mu = (float)job.Settings.ProximalMu;
    private readonly float[] _centre = job.Settings.ProximalMu > 0 ? CentreOf(workspace, job) : [];
    private readonly float[] _way = job.Settings.ProximalMu > 0 ? workspace.Way : [];
    private readonly GradientClip _clip = new(network, workspace, job.Settings.MaxGradientNorm);

    /// <summary>A copy of what the proximal term pulls towards, in the workspace: the job's centre, or else the parameters as they are.</summary>
    public static float[] CentreOf(SgdWorkspace workspace, SgdJob job)
    {
        (job.ProximalCentre.IsEmpty ? workspace.Parameters.Span : job.ProximalCentre.Span).CopyTo(workspace.Centre);
        return workspace.Centre;
    }

    /// <inheritdoc/>
    public LossSum Do(DataSet data, ReadOnlySpan<int> batch)
    {
        network.Gather(data, batch);
        var sum = network.Forward(_parameters.Pointer, batch.Length, differentiate: true);
        network.Backward(_parameters.Pointer, batch.Length, _velocity.Pointer, _momentum, (float)(_clip.Factor(batch.Length) / batch.Length));
        if (_decay > 0)
        {
            TensorPrimitives.MultiplyAdd(_parameters.Span, _decay, _velocity.Span, _velocity.Span);
        }

        if (_mu > 0)
        {
            TensorPrimitives.Subtract(_parameters.Span, _centre, _way);
            TensorPrimitives.MultiplyAdd(_way, _mu, _velocity.Span, _velocity.Span);
        }

        if (job.Correction.Length > 0)
        {
            TensorPrimitives.Add(_velocity.Span, job.Correction.Span, _velocity.Span);
        }

        TensorPrimitives.MultiplyAdd(_velocity.Span, -_rate, _parameters.Span, _parameters.Span);
        return sum;
    }

    private static AlignedFloats Cleared(AlignedFloats floats)
    {
        floats.Span.Clear();
        return floats;
    }
}
