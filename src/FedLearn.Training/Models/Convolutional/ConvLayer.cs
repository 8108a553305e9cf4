using FedLearn.Training.Models.Kernels;

namespace FedLearn.Training.Models.Convolutional;

/// <summary>
/// One convolution with its ReLU and pool. Channels come last and are stored in whole panels (only an image's are not); around inputs and
/// outputs stand zeros that are never written. Methods that take an example may run for different examples at once.
/// </summary>
internal sealed unsafe class ConvLayer
{
    private readonly ConvTables _tables;
    private readonly nint _weight;
    private readonly nint _bias;
    private readonly int _inputs;
    private readonly int _outputs;
    private readonly AlignedFloats _input;
    private readonly AlignedFloats _output;
    private readonly AlignedFloats _chosen;
    private readonly AlignedFloats _upward;
    private readonly AlignedFloats _downward;
    private readonly AlignedFloats _biases;
    private readonly AlignedFloats _gradient;
    private readonly AlignedFloats _one = new(1);

    /// <param name="shape">What it is.</param>
    /// <param name="lowest">Whether its input is the image.</param>
    /// <param name="weight">Where its weight [out, in, kernel, kernel] begins in the parameters.</param>
    /// <param name="bias">Where its bias [out] begins in the parameters.</param>
    /// <param name="maximumBatch">The most examples of a pass.</param>
    public ConvLayer(ConvShape shape, bool lowest, long weight, long bias, int maximumBatch)
    {
        (Shape, _weight, _bias) = (shape, (nint)weight, (nint)bias);
        (_inputs, _outputs) = (lowest ? shape.Inputs : Stored(shape.Inputs), Stored(shape.Outputs));
        _tables = new(shape, _inputs, _outputs, maximumBatch);
        _input = new(checked(maximumBatch * shape.PaddedPixels * _inputs));
        _output = new(checked(maximumBatch * shape.PaddedPixels * _outputs));
        PooledErrors = new(maximumBatch * shape.PooledPixels * _outputs);
        _chosen = new(PooledErrors.Length);
        _upward = new(checked(shape.Taps * _inputs * _outputs));
        _downward = new(lowest ? 0 : _upward.Length);
        _biases = new(_outputs);
        _gradient = new(shape.Fan * _outputs);
        _one.Span[0] = 1;
    }

    public ConvShape Shape { get; }

    /// <summary>Panels of output channels, and of input channels where errors go further down: the pieces of <see cref="Pack"/>.</summary>
    public int Panels => (_outputs + (_downward.Length > 0 ? _inputs : 0)) / Matrix.PanelWidth;

    /// <summary>Errors of the pooled pixels [batch, pixels, stored channels], to be written.</summary>
    public AlignedFloats PooledErrors { get; }

    /// <summary>Stored output channels.</summary>
    public int Channels => _outputs;

    /// <summary>Where pixel (x, y) of an example's input is to be written: its channels, the stored ones that do not exist as zeros.</summary>
    public float* Input(int example, int y, int x) =>
        _input.Pointer + ((((nint)example * Shape.PaddedPixels) + ((y + Shape.Padding) * Shape.PaddedWidth) + x + Shape.Padding) * _inputs);

    /// <summary>Takes in panel <paramref name="piece"/> of the weights.</summary>
    public void Pack(float* parameters, int piece)
    {
        var upward = _outputs / Matrix.PanelWidth;
        if (piece >= upward)
        {
            ConvPacking.Downward(Shape, parameters + _weight, _outputs, piece - upward, _downward.Pointer);
            return;
        }

        ConvPacking.Upward(Shape, parameters + _weight, _inputs, piece, _upward.Pointer);
        if (piece == 0)
        {
            new ReadOnlySpan<float>(parameters + _bias, Shape.Outputs).CopyTo(_biases.Span);
        }
    }

    /// <summary>Convolves one example's input.</summary>
    public void Convolve(int example)
    {
        GatheredProduct product = new()
        {
            Left = _input.Pointer + ((nint)example * Shape.PaddedPixels * _inputs),
            LeftRows = _tables.InputWindows.Pointer,
            LeftRuns = _tables.UpRuns.Pointer,
            LeftStep = 1,
            Right = _upward.Pointer,
            RightRuns = _tables.UpRights.Pointer,
            RightStep = Matrix.PanelWidth,
            RightPanel = (nint)Shape.Taps * _inputs * Matrix.PanelWidth,
            Target = Output(example),
            TargetRows = _tables.OutputPixels.Pointer,
            Start = _biases.Pointer,
            Panels = _outputs / Matrix.PanelWidth,
            Runs = _tables.UpRuns.Count,
            RunLength = _tables.UpLength,
        };
        Matrix.Gathered(product, 0, _tables.InputWindows.Count);
    }

    /// <summary>Pools row <paramref name="y"/> of an example's convolution into <paramref name="target"/>.</summary>
    public void Pool(int example, int y, float* target) =>
        MaxPool.Up(Corner(example, y), (nint)Shape.PaddedWidth * _outputs, Shape.PooledWidth, _outputs, target, _chosen.Pointer + Pooled(example, y));

    /// <summary>Passes one example's <see cref="PooledErrors"/> through pool and ReLU.</summary>
    public void Unpool(int example)
    {
        var stride = (nint)Shape.PaddedWidth * _outputs;
        for (var y = 0; y < Shape.PooledHeight; y++)
        {
            var pooled = Pooled(example, y);
            MaxPool.Down(PooledErrors.Pointer + pooled, _chosen.Pointer + pooled, Shape.PooledWidth, _outputs, Corner(example, y), stride);
            if (Shape.Width % 2 != 0)
            {
                new Span<float>(Corner(example, y) + ((nint)(Shape.Width - 1) * _outputs), _outputs).Clear();
                new Span<float>(Corner(example, y) + stride + ((nint)(Shape.Width - 1) * _outputs), _outputs).Clear();
            }
        }

        if (Shape.Height % 2 != 0)
        {
            new Span<float>(Corner(example, Shape.PooledHeight), Shape.Width * _outputs).Clear();
        }
    }

    /// <summary>Convolves one example's errors with the turned kernel, into the pooled errors of the layer below.</summary>
    public void Errors(int example, AlignedFloats target)
    {
        GatheredProduct product = new()
        {
            Left = Output(example),
            LeftRows = _tables.OutputWindows.Pointer,
            LeftRuns = _tables.DownRuns.Pointer,
            LeftStep = 1,
            Right = _downward.Pointer,
            RightRuns = _tables.DownRights.Pointer,
            RightStep = Matrix.PanelWidth,
            RightPanel = (nint)Shape.Taps * _outputs * Matrix.PanelWidth,
            Target = target.Pointer + ((nint)example * Shape.Height * Shape.Width * _inputs),
            TargetRows = _tables.InputErrors.Pointer,
            Panels = _inputs / Matrix.PanelWidth,
            Runs = _tables.DownRuns.Count,
            RunLength = _tables.DownLength,
        };
        Matrix.Gathered(product, 0, _tables.OutputWindows.Count);
    }

    /// <summary>Puts the gradient of weights <paramref name="first"/> to <paramref name="end"/> of each output channel into the target.</summary>
    public void Gradient(int batch, int first, int end, float* target, float alpha, float beta)
    {
        GatheredProduct product = new()
        {
            Left = _input.Pointer,
            LeftRows = _tables.Weights.Pointer,
            LeftRuns = _tables.InputRows.Pointer,
            LeftStep = _inputs,
            Right = _output.Pointer,
            RightRuns = _tables.OutputRows.Pointer,
            RightStep = _outputs,
            RightPanel = Matrix.PanelWidth,
            Target = _gradient.Pointer,
            TargetRows = _tables.Gradients.Pointer,
            Panels = _outputs / Matrix.PanelWidth,
            Runs = batch * Shape.Height,
            RunLength = Shape.Width,
        };
        Matrix.Gathered(product, first, end);
        ConvPacking.Unpack(Shape, _gradient.Pointer, _outputs, first, end, target + _weight, alpha, beta);
    }

    /// <summary>Puts the bias's gradient into the target: the sum of the errors that passed the pool.</summary>
    public void BiasGradient(int batch, float* target, float alpha, float beta) =>
        Matrix.Product(
            target + _bias, 1, _outputs, alpha, beta, new(_one.Pointer, 0, 0), PooledErrors.Pointer, batch * Shape.PooledPixels, 0, Shape.Outputs);

    private static int Stored(int channels) => (channels + Matrix.PanelWidth - 1) / Matrix.PanelWidth * Matrix.PanelWidth;

    private float* Output(int example) => _output.Pointer + ((nint)example * Shape.PaddedPixels * _outputs);

    private float* Corner(int example, int y) =>
        Output(example) + ((nint)(((2 * y) + Shape.Padding) * Shape.PaddedWidth) + Shape.Padding) * _outputs;

    private nint Pooled(int example, int y) => (((nint)example * Shape.PooledPixels) + (y * Shape.PooledWidth)) * _outputs;
}
