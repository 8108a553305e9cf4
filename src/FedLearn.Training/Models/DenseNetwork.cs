using FedLearn.Training.Models.Kernels;

namespace FedLearn.Training.Models;

/// <summary>
/// Forward and backward of a built-in model over flat parameters in manifest order, for batches up to a fixed size. Its buffers are
/// made once; a pass allocates nothing. Not for use by two threads at once.
/// </summary>
internal sealed unsafe class DenseNetwork
{
    private readonly ModelDefinition _model;
    private readonly AlignedFloats[] _values;
    private readonly AlignedFloats[] _errors;
    private readonly AlignedFloats _one = new(1);
    private readonly float[] _labels;

    public DenseNetwork(ModelDefinition model, int maximumBatch)
    {
        _model = model;
        MaximumBatch = maximumBatch;
        _labels = new float[maximumBatch];
        _one.Span[0] = 1;
        _values = [.. model.LayerSizes.Select(size => new AlignedFloats(checked(size * maximumBatch)))];

        // The last layer's errors take the place of its outputs; a network without hidden layers has no others.
        _errors = [.. model.LayerSizes.Select((size, i) => i == 0 || i == Layers ? new(0) : new AlignedFloats(size * maximumBatch))];
        _errors[Layers] = _values[Layers];
    }

    public int MaximumBatch { get; }

    private int Layers => _model.LayerSizes.Length - 1;

    /// <summary>Where example <paramref name="index"/> of the batch is to be written.</summary>
    public Span<float> Input(int index) => _values[0].Span.Slice(index * _model.Inputs, _model.Inputs);

    /// <summary>The batch's labels, to be written.</summary>
    public Span<float> Labels(int batch) => _labels.AsSpan(0, batch);

    /// <summary>The last layer's outputs (derivatives, once the loss was differentiated).</summary>
    public ReadOnlySpan<float> Outputs(int batch) => _values[Layers].Span[..(batch * _model.Outputs)];

    /// <summary>Runs the batch through the model and sums its losses; prepares <see cref="Backward"/> where asked for.</summary>
    public LossSum Forward(float* parameters, int batch, bool differentiate)
    {
        for (var layer = 0; layer < Layers; layer++)
        {
            var (weight, bias) = Place(layer);
            Matrix.Dense(
                _values[layer].Pointer, batch, _model.LayerSizes[layer], parameters + weight, parameters + bias,
                _model.LayerSizes[layer + 1], _values[layer + 1].Pointer, relu: layer < Layers - 1);
        }

        var sum = OutputLoss.Apply(_model, _values[Layers].Pointer, Labels(batch), differentiate);
        GC.KeepAlive(this);
        return sum;
    }

    /// <summary>
    /// target = alpha * target + beta * (gradient of the batch's summed loss). The target may be the parameters themselves: a layer's error is
    /// passed down before the layer changes.
    /// </summary>
    public void Backward(float* parameters, int batch, float* target, float alpha, float beta)
    {
        for (var layer = Layers - 1; layer >= 0; layer--)
        {
            var (inputs, outputs) = (_model.LayerSizes[layer], _model.LayerSizes[layer + 1]);
            var (weight, bias) = Place(layer);
            var errors = _errors[layer + 1].Pointer;
            if (layer > 0)
            {
                Matrix.Product(_errors[layer].Pointer, batch, inputs, 0, 1, new(errors, outputs, 1), parameters + weight, outputs);
                CloseWhereReluWas(layer, batch);
            }

            Matrix.Product(target + weight, outputs, inputs, alpha, beta, new(errors, 1, outputs), _values[layer].Pointer, batch);
            Matrix.Product(target + bias, 1, outputs, alpha, beta, new(_one.Pointer, 0, 0), errors, batch);
        }

        GC.KeepAlive(this);
    }

    private (nint Weight, nint Bias) Place(int layer) =>
        ((nint)_model.Manifest.StartOf(2 * layer), (nint)_model.Manifest.StartOf((2 * layer) + 1));

    private void CloseWhereReluWas(int layer, int batch)
    {
        var count = batch * _model.LayerSizes[layer];
        float* values = _values[layer].Pointer, errors = _errors[layer].Pointer;
        for (var i = 0; i < count; i++)
        {
            errors[i] = values[i] > 0 ? errors[i] : 0;
        }
    }
}
