using System.Collections.Immutable;
using FedLearn.Training.Models.Kernels;

namespace FedLearn.Training.Models;

/// <summary>
/// The dense layers of a model, with ReLU between them: values upwards, errors downwards, and each layer's gradient into the target. The
/// layers' units (going down: the units below) are cut into pieces for several threads, which changes no bit.
/// </summary>
internal sealed unsafe class DenseLayers : IPieces
{
    /// <summary>Weights worth a piece of their own: smaller layers are not worth waking a helper.</summary>
    private const int PieceWeights = 1 << 17;

    private readonly ImmutableArray<int> _sizes;
    private readonly nint[] _starts;
    private readonly AlignedFloats[] _values;
    private readonly AlignedFloats[] _errors;
    private readonly AlignedFloats _one = new(1);
    private readonly bool _errorsOfInputs;
    private readonly Crew _crew;
    private Pass _pass;

    /// <param name="model">The model, whose <see cref="ModelDefinition.LayerSizes"/> these are.</param>
    /// <param name="firstTensor">The manifest's index of the first layer's weight; weights and biases take turns.</param>
    /// <param name="maximumBatch">The most examples of a pass.</param>
    /// <param name="errorsOfInputs">Whether layers below need the errors of <see cref="Inputs"/>.</param>
    /// <param name="crew">The threads.</param>
    public DenseLayers(ModelDefinition model, int firstTensor, int maximumBatch, bool errorsOfInputs, Crew crew)
    {
        (_sizes, _errorsOfInputs, _crew) = (model.LayerSizes, errorsOfInputs, crew);
        _starts = [.. Enumerable.Range(firstTensor, 2 * Layers).Select(tensor => (nint)model.Manifest.StartOf(tensor))];
        _one.Span[0] = 1;
        _values = [.. _sizes.Select(size => new AlignedFloats(checked(size * maximumBatch)))];

        // The last layer's errors take the place of its outputs.
        _errors = [.. _sizes.Select((size, i) => i == Layers || (i == 0 && !errorsOfInputs) ? new(0) : new AlignedFloats(size * maximumBatch))];
        _errors[Layers] = _values[Layers];
    }

    private enum Step
    {
        Values,
        Errors,
        Gradient,
    }

    /// <summary>The first layer's inputs [batch, units], to be written.</summary>
    public AlignedFloats Inputs => _values[0];

    /// <summary>The errors of <see cref="Inputs"/>, where asked for.</summary>
    public AlignedFloats InputErrors => _errors[0];

    /// <summary>The last layer's outputs [batch, units], without ReLU; the loss puts their derivatives in their place.</summary>
    public AlignedFloats Outputs => _values[Layers];

    private int Layers => _sizes.Length - 1;

    /// <summary>Computes all layers' values.</summary>
    public void Forward(float* parameters, int batch)
    {
        for (var layer = 0; layer < Layers; layer++)
        {
            Do(new(Step.Values, layer, (nint)parameters, batch), units: _sizes[layer + 1], weightsOfUnit: _sizes[layer], multiple: 2);
        }
    }

    /// <summary>Puts the gradients into the target as <see cref="Network.Backward"/> says.</summary>
    public void Backward(float* parameters, int batch, float* target, float alpha, float beta)
    {
        for (var layer = Layers - 1; layer >= 0; layer--)
        {
            var (inputs, outputs) = (_sizes[layer], _sizes[layer + 1]);
            if (layer > 0 || _errorsOfInputs)
            {
                Do(new(Step.Errors, layer, (nint)parameters, batch), units: inputs, weightsOfUnit: outputs, multiple: 48);
            }

            if (layer > 0)
            {
                CloseWhereReluWas(layer, batch);
            }

            Do(new(Step.Gradient, layer, (nint)target, batch, alpha, beta), units: outputs, weightsOfUnit: inputs, multiple: 4);
            var bias = target + _starts[(2 * layer) + 1];
            Matrix.Product(bias, 1, outputs, alpha, beta, new(_one.Pointer, 0, 0), _errors[layer + 1].Pointer, batch, 0, outputs);
        }
    }

    void IPieces.Do(int piece)
    {
        var layer = _pass.Layer;
        var (inputs, outputs, batch) = (_sizes[layer], _sizes[layer + 1], _pass.Batch);
        var first = piece * _pass.PieceUnits;
        var end = Math.Min(first + _pass.PieceUnits, _pass.Units);
        float* weight = (float*)_pass.Parameters + _starts[2 * layer], bias = (float*)_pass.Parameters + _starts[(2 * layer) + 1];
        float* values = _values[layer].Pointer, errors = _errors[layer + 1].Pointer;
        switch (_pass.Step)
        {
            case Step.Values:
                Matrix.Dense(values, batch, inputs, weight, bias, outputs, _values[layer + 1].Pointer, relu: layer < Layers - 1, first, end);
                break;
            case Step.Errors:
                Matrix.Product(_errors[layer].Pointer, batch, inputs, 0, 1, new(errors, outputs, 1), weight, outputs, first, end);
                break;
            default:
                Matrix.Product(
                    weight + ((nint)first * inputs), end - first, inputs, _pass.Alpha, _pass.Beta, new(errors + first, 1, outputs), values, batch, 0, inputs);
                break;
        }
    }

    private void Do(Pass pass, int units, int weightsOfUnit, int multiple)
    {
        var most = (units + Crew.MaximumPieces - 1) / Crew.MaximumPieces;
        var size = _crew.Threads == 1 ? units : Math.Max(most, PieceWeights / weightsOfUnit);
        size = (Math.Max(size, 1) + multiple - 1) / multiple * multiple;
        _pass = pass with { Units = units, PieceUnits = size };
        _crew.Run(this, (units + size - 1) / size);
    }

    private void CloseWhereReluWas(int layer, int batch)
    {
        var count = batch * _sizes[layer];
        float* values = _values[layer].Pointer, errors = _errors[layer].Pointer;
        for (var i = 0; i < count; i++)
        {
            errors[i] = values[i] > 0 ? errors[i] : 0;
        }
    }

    /// <summary>What the pieces do: one step of one layer. The pointer is to all parameters, or to the gradient's target.</summary>
    private readonly record struct Pass(Step Step, int Layer, nint Parameters, int Batch, float Alpha = 0, float Beta = 0)
    {
        public int Units { get; init; }

        public int PieceUnits { get; init; }
    }
}
