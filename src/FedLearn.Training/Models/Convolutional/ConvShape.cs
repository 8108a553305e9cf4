namespace FedLearn.Training.Models.Convolutional;

/// <summary>
/// One "same" convolution with ReLU and a max-pool of 2 x 2 on top: its input of height x width pixels and its channels. A row or column that the
/// pool has too many is left out, as PyTorch's MaxPool2d does.
/// </summary>
/// <param name="Height">Rows of the input, and of the convolution's output.</param>
/// <param name="Width">Pixels of a row.</param>
/// <param name="Inputs">Channels of the input.</param>
/// <param name="Outputs">Channels of the output.</param>
/// <param name="Kernel">Side of the square kernel, odd.</param>
internal readonly record struct ConvShape(int Height, int Width, int Inputs, int Outputs, int Kernel)
{
    /// <summary>Zeros around the input, so that the output has its size.</summary>
    public int Padding => (Kernel - 1) / 2;

    /// <summary>Rows after the pool.</summary>
    public int PooledHeight => Height / 2;

    /// <summary>Pixels of a row after the pool.</summary>
    public int PooledWidth => Width / 2;

    /// <summary>Pixels after the pool.</summary>
    public int PooledPixels => PooledHeight * PooledWidth;

    /// <summary>Positions of the kernel.</summary>
    public int Taps => Kernel * Kernel;

    /// <summary>Weights of one output channel: [inputs, kernel, kernel].</summary>
    public int Fan => Inputs * Taps;

    /// <summary>Pixels of an input row with its zeros.</summary>
    public int PaddedWidth => Width + (2 * Padding);

    /// <summary>Pixels of the input with its zeros.</summary>
    public int PaddedPixels => (Height + (2 * Padding)) * PaddedWidth;
}
