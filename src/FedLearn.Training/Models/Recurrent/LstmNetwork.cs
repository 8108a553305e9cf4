using System.Numerics.Tensors;
using FedLearn.Training.Models.Kernels;

namespace FedLearn.Training.Models.Recurrent;

/// <summary>
/// A next-character model: embedding, LSTM layers, and a dense layer on the top one's last state. A feature is a character's number; what
/// is no such number counts as the nearest one.
/// </summary>
internal sealed unsafe class LstmNetwork : Network
{
    private readonly LstmShape _shape;
    private readonly LstmLayer[] _layers;
    private readonly DenseLayers _top;
    private readonly AlignedFloats _features;
    private readonly AlignedFloats _embedded;
    private readonly AlignedFloats _embeddedErrors;
    private readonly AlignedFloats _embeddingGradient;

    public LstmNetwork(ModelDefinition model, LstmShape shape, int maximumBatch)
        : base(model, maximumBatch)
    {
        _shape = shape;
        _layers = [.. Enumerable.Range(0, shape.Layers).Select(layer => new LstmLayer(shape, layer, Starts(model, layer), maximumBatch))];
        _top = new(model, 1 + (LstmShape.TensorsOfLayer * shape.Layers), maximumBatch, errorsOfInputs: true, new(1));
        _features = new(maximumBatch * shape.Length);
        _embedded = new(checked(maximumBatch * shape.Length * shape.Embedding));
        _embeddedErrors = new(_embedded.Length);
        _embeddingGradient = new(shape.Alphabet * shape.Embedding);
    }

    private LstmLayer Highest => _layers[^1];

    /// <inheritdoc/>
    public override Span<float> Input(int index) => _features.Span.Slice(index * _shape.Length, _shape.Length);

    /// <inheritdoc/>
    public override ReadOnlySpan<float> Outputs(int batch) => _top.Outputs.Span[..(batch * Model.Outputs)];

    /// <inheritdoc/>
    public override LossSum Forward(float* parameters, int batch, bool differentiate)
    {
        for (var place = 0; place < _shape.Length * batch; place++)
        {
            new ReadOnlySpan<float>(parameters + (Character(place, batch) * _shape.Embedding), _shape.Embedding)
                .CopyTo(_embedded.Span[(place * _shape.Embedding)..]);
        }

        for (var i = 0; i < _layers.Length; i++)
        {
            _layers[i].Up(parameters, InputsOf(i, batch), batch);
        }

        new ReadOnlySpan<float>(Highest.States(_shape.Length - 1, batch), batch * _shape.Hidden).CopyTo(_top.Inputs.Span);
        _top.Forward(parameters, batch);
        var sum = OutputLoss.Apply(Model, _top.Outputs.Pointer, Labels(batch), differentiate);
        GC.KeepAlive(this);
        return sum;
    }

    /// <summary>False: the way back through time puts the gates' errors in the place of their values.</summary>
    public override bool CanRepeatBackward => false;

    /// <inheritdoc/>
    public override void Backward(float* parameters, int batch, float* target, float alpha, float beta)
    {
        _top.Backward(parameters, batch, target, alpha, beta);
        var last = (_shape.Length - 1) * batch * _shape.Hidden;
        Highest.Errors.Span[..last].Clear();
        _top.InputErrors.Span[..(batch * _shape.Hidden)].CopyTo(Highest.Errors.Span[last..]);
        for (var i = _layers.Length - 1; i >= 0; i--)
        {
            var below = i > 0 ? _layers[i - 1].Errors : _embeddedErrors;
            _layers[i].Down(parameters, InputsOf(i, batch), batch, below.Pointer, target, alpha, beta);
        }

        EmbeddingGradient(batch, new(target, _embeddingGradient.Length), alpha, beta);
        GC.KeepAlive(this);
    }

    private static nint[] Starts(ModelDefinition model, int layer) =>
        [.. Enumerable.Range(1 + (LstmShape.TensorsOfLayer * layer), LstmShape.TensorsOfLayer).Select(tensor => (nint)model.Manifest.StartOf(tensor))];

    private float* InputsOf(int layer, int batch) => layer == 0 ? _embedded.Pointer : _layers[layer - 1].States(0, batch);

    /// <summary>The character at a place of [time, batch].</summary>
    private int Character(int place, int batch)
    {
        var feature = _features.Span[(place % batch * _shape.Length) + (place / batch)];
        return (int)Math.Clamp(float.IsNaN(feature) ? 0 : feature, 0, _shape.Alphabet - 1);
    }

    private void EmbeddingGradient(int batch, Span<float> target, float alpha, float beta)
    {
        var gradient = _embeddingGradient.Span;
        gradient.Clear();
        for (var place = 0; place < _shape.Length * batch; place++)
        {
            var row = gradient.Slice(Character(place, batch) * _shape.Embedding, _shape.Embedding);
            TensorPrimitives.Add(row, _embeddedErrors.Span.Slice(place * _shape.Embedding, _shape.Embedding), row);
        }

        for (var i = 0; i < gradient.Length; i++)
        {
            var step = beta * gradient[i];
            target[i] = alpha == 0 ? step : (alpha * target[i]) + step;
        }
    }
}
