using FedLearn.Training.Data;

namespace FedLearn.Training.Models;

/// <summary>
/// Forward and backward of a built-in model over flat parameters in manifest order, for batches up to a fixed size. Its buffers are
/// made once; a pass allocates nothing. Not for use by two callers at once.
/// </summary>
internal abstract unsafe class Network(ModelDefinition model, int maximumBatch)
{
    private readonly float[] _labels = new float[maximumBatch];

    /// <summary>The most examples of a pass.</summary>
    public int MaximumBatch { get; } = maximumBatch;

    /// <summary>The model.</summary>
    protected ModelDefinition Model { get; } = model;

    /// <summary>Where example <paramref name="index"/> of the batch is to be written: <see cref="ModelDefinition.Inputs"/> floats.</summary>
    public abstract Span<float> Input(int index);

    /// <summary>The batch's labels, to be written.</summary>
    public Span<float> Labels(int batch) => _labels.AsSpan(0, batch);

    /// <summary>The last layer's outputs (derivatives, once the loss was differentiated).</summary>
    public abstract ReadOnlySpan<float> Outputs(int batch);

    /// <summary>Runs the batch through the model and sums its losses; prepares <see cref="Backward"/> where asked for.</summary>
    public abstract LossSum Forward(float* parameters, int batch, bool differentiate);

    /// <summary>
    /// target = alpha * target + beta * (gradient of the batch's summed loss). The target may be the parameters themselves: a layer's error is
    /// passed down before the layer changes.
    /// </summary>
    public abstract void Backward(float* parameters, int batch, float* target, float alpha, float beta);

    /// <summary>Whether <see cref="Backward"/> leaves what <see cref="Forward"/> prepared, so that it can be called again.</summary>
    public virtual bool CanRepeatBackward => true;

    /// <summary>Copies examples and labels into the network's input.</summary>
    public void Gather(DataSet data, ReadOnlySpan<int> batch)
    {
        var labels = Labels(batch.Length);
        for (var i = 0; i < batch.Length; i++)
        {
            data.CopyFeatures(batch[i], Input(i));
            labels[i] = data.Labels[batch[i]];
        }
    }
}
