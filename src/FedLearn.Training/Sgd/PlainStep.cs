using FedLearn.Training.Data;
using FedLearn.Training.Models;
using FedLearn.Training.Models.Kernels;

namespace FedLearn.Training.Sgd;

/// <summary>
/// SGD without momentum: w = (1 - lr*wd) * w - lr * gradient, done by the gradient's own kernel, so that each weight is read and written
/// once and no gradient is ever stored.
/// </summary>
internal sealed unsafe class PlainStep(Network network, SgdWorkspace workspace, SgdJob job) : ISgdStep
{
    private readonly AlignedFloats _parameters = workspace.Parameters;
    private readonly double _rate = job.Settings.LearningRateAt(job.Round);
    private readonly GradientClip _clip = new(network, workspace, job.Settings.MaxGradientNorm);

    /// <inheritdoc/>
    public LossSum Do(DataSet data, ReadOnlySpan<int> batch)
    {
        network.Gather(data, batch);
        var sum = network.Forward(_parameters.Pointer, batch.Length, differentiate: true);
        var keep = (float)(1 - (_rate * job.Settings.WeightDecay));
        var rate = _rate * _clip.Factor(batch.Length);
        network.Backward(_parameters.Pointer, batch.Length, _parameters.Pointer, keep, (float)(-rate / batch.Length));
        return sum;
    }
}
