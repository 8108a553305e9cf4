using FedLearn.Training.Models.Kernels;

namespace FedLearn.Training.Models.Convolutional;

/// <summary>
/// A network of convolutions with pools, then dense layers. Upwards and downwards an example is a piece of work for one thread; a
/// weight's gradient is summed over all examples by one thread. So the bits are the same for any number of threads.
/// </summary>
internal sealed unsafe class ConvNetwork : Network, IPieces
{
    /// <summary>Weights of an output channel whose gradient is one piece: whole blocks of the kernel.</summary>
    private const int GradientPiece = 48;

    private readonly ConvLayer[] _layers;
    private readonly DenseLayers _dense;
    private readonly Crew _crew;
    private readonly AlignedFloats _images;
    private readonly int _packPieces;
    private readonly int _gradientPieces;
    private Pass _pass;

    public ConvNetwork(ModelDefinition model, int maximumBatch, Crew crew)
        : base(model, maximumBatch)
    {
        _crew = crew;
        _images = new(checked(maximumBatch * model.Inputs));
        _layers = [.. model.Convolutions.Select((shape, i) =>
            new ConvLayer(shape, lowest: i == 0, model.Manifest.StartOf(2 * i), model.Manifest.StartOf((2 * i) + 1), maximumBatch))];
        _dense = new(model, firstTensor: 2 * _layers.Length, maximumBatch, errorsOfInputs: true, crew);
        _packPieces = _layers.Sum(layer => layer.Panels);
        _gradientPieces = _layers.Sum(GradientPieces);
    }

    private enum Step
    {
        Pack,
        Up,
        Down,
        Gradient,
    }

    private ConvLayer Top => _layers[^1];

    /// <inheritdoc/>
    public override Span<float> Input(int index) => _images.Span.Slice(index * Model.Inputs, Model.Inputs);

    /// <inheritdoc/>
    public override ReadOnlySpan<float> Outputs(int batch) => _dense.Outputs.Span[..(batch * Model.Outputs)];

    /// <inheritdoc/>
    public override LossSum Forward(float* parameters, int batch, bool differentiate)
    {
        _pass = new(Step.Pack, (nint)parameters, batch);
        _crew.Run(this, _packPieces);
        _pass = _pass with { Step = Step.Up };
        _crew.Run(this, batch);
        _dense.Forward(parameters, batch);
        var sum = OutputLoss.Apply(Model, _dense.Outputs.Pointer, Labels(batch), differentiate);
        GC.KeepAlive(this);
        return sum;
    }

    /// <inheritdoc/>
    public override void Backward(float* parameters, int batch, float* target, float alpha, float beta)
    {
        _dense.Backward(parameters, batch, target, alpha, beta);
        _pass = new(Step.Down, (nint)target, batch, alpha, beta);
        _crew.Run(this, batch);
        _pass = _pass with { Step = Step.Gradient };
        _crew.Run(this, _gradientPieces);
        GC.KeepAlive(this);
    }

    void IPieces.Do(int piece)
    {
        switch (_pass.Step)
        {
            case Step.Pack:
                Pack(piece);
                break;
            case Step.Up:
                Up(piece);
                break;
            case Step.Down:
                Down(piece);
                break;
            default:
                Gradient(piece);
                break;
        }
    }

    private static int GradientPieces(ConvLayer layer) => (layer.Shape.Fan + GradientPiece - 1) / GradientPiece;

    private void Pack(int piece)
    {
        var layer = 0;
        for (; piece >= _layers[layer].Panels; layer++)
        {
            piece -= _layers[layer].Panels;
        }

        _layers[layer].Pack((float*)_pass.Parameters, piece);
    }

    private void Up(int example)
    {
        var shape = _layers[0].Shape;
        Interleave(_images.Pointer + ((nint)example * Model.Inputs), shape, example);
        for (var i = 0; i < _layers.Length; i++)
        {
            var layer = _layers[i];
            layer.Convolve(example);
            for (var y = 0; y < layer.Shape.PooledHeight; y++)
            {
                // The top layer's pooled values rest where their errors will come.
                var target = i + 1 < _layers.Length ? _layers[i + 1].Input(example, y, 0) : TopRow(example, y);
                layer.Pool(example, y, target);
            }
        }

        float* values = _dense.Inputs.Pointer + ((nint)example * Model.LayerSizes[0]), row = TopRow(example, 0);
        for (var c = 0; c < Top.Shape.Outputs; c++)
        {
            for (var p = 0; p < Top.Shape.PooledPixels; p++)
            {
                *values++ = row[((nint)p * Top.Channels) + c];
            }
        }
    }

    private void Down(int example)
    {
        float* errors = _dense.InputErrors.Pointer + ((nint)example * Model.LayerSizes[0]), row = TopRow(example, 0);
        for (var c = 0; c < Top.Shape.Outputs; c++)
        {
            for (var p = 0; p < Top.Shape.PooledPixels; p++)
            {
                row[((nint)p * Top.Channels) + c] = *errors++;
            }
        }

        for (var i = _layers.Length - 1; i >= 0; i--)
        {
            _layers[i].Unpool(example);
            if (i > 0)
            {
                _layers[i].Errors(example, _layers[i - 1].PooledErrors);
            }
        }
    }

    private void Gradient(int piece)
    {
        // The highest layer has the largest pieces; they come first, so that no thread is left with one at the end.
        var i = _layers.Length - 1;
        for (; piece >= GradientPieces(_layers[i]); i--)
        {
            piece -= GradientPieces(_layers[i]);
        }

        var layer = _layers[i];
        var target = (float*)_pass.Parameters;
        if (piece == 0)
        {
            layer.BiasGradient(_pass.Batch, target, _pass.Alpha, _pass.Beta);
        }

        var first = piece * GradientPiece;
        layer.Gradient(_pass.Batch, first, Math.Min(first + GradientPiece, layer.Shape.Fan), target, _pass.Alpha, _pass.Beta);
    }

    /// <summary>Writes an image, which comes channel after channel, into the lowest layer.</summary>
    private void Interleave(float* image, ConvShape shape, int example)
    {
        for (var y = 0; y < shape.Height; y++)
        {
            var target = _layers[0].Input(example, y, 0);
            for (var x = 0; x < shape.Width; x++)
            {
                for (var c = 0; c < shape.Inputs; c++)
                {
                    *target++ = image[(((nint)c * shape.Height) + y) * shape.Width + x];
                }
            }
        }
    }

    private float* TopRow(int example, int y) =>
        Top.PooledErrors.Pointer + ((((nint)example * Top.Shape.PooledPixels) + (y * Top.Shape.PooledWidth)) * Top.Channels);

    /// <summary>What the pieces do. The pointer is to the parameters, or to the gradient's target.</summary>
    private readonly record struct Pass(Step Step, nint Parameters, int Batch, float Alpha = 0, float Beta = 0);
}
