namespace FedLearn.Training.Models;

/// <summary>A network of dense layers alone.</summary>
internal sealed unsafe class DenseNetwork : Network
{
    private readonly DenseLayers _layers;

    public DenseNetwork(ModelDefinition model, int maximumBatch)
        : base(model, maximumBatch) => _layers = new(model, firstTensor: 0, maximumBatch, errorsOfInputs: false, new(1));

    /// <inheritdoc/>
    public override Span<float> Input(int index) => _layers.Inputs.Span.Slice(index * Model.Inputs, Model.Inputs);

    /// <inheritdoc/>
    public override ReadOnlySpan<float> Outputs(int batch) => _layers.Outputs.Span[..(batch * Model.Outputs)];

    /// <inheritdoc/>
    public override LossSum Forward(float* parameters, int batch, bool differentiate)
    {
        _layers.Forward(parameters, batch);
        var sum = OutputLoss.Apply(Model, _layers.Outputs.Pointer, Labels(batch), differentiate);
        GC.KeepAlive(this);
        return sum;
    }

    /// <inheritdoc/>
    public override void Backward(float* parameters, int batch, float* target, float alpha, float beta)
    {
        _layers.Backward(parameters, batch, target, alpha, beta);
        GC.KeepAlive(this);
    }
}
