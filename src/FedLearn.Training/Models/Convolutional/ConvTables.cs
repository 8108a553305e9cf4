using FedLearn.Training.Models.Kernels;

namespace FedLearn.Training.Models.Convolutional;

/// <summary>The offsets by which the three products of a convolution read and write its buffers; channels last, zeros around.</summary>
internal sealed class ConvTables
{
    /// <summary>Runs up to this length take a whole row of the kernel; longer ones would not fit the L1 cache.</summary>
    private const int LongestRun = 192;

    public ConvTables(ConvShape shape, int inputs, int outputs, int maximumBatch)
    {
        int padding = shape.Padding, width = shape.PaddedWidth;
        var pixels = Enumerable.Range(0, shape.Height * shape.Width).Select(p => (Y: p / shape.Width, X: p % shape.Width)).ToArray();
        InputWindows = new(pixels.Select(p => ((long)(p.Y * width) + p.X) * inputs));
        OutputWindows = new(pixels.Select(p => ((long)(p.Y * width) + p.X) * outputs));
        OutputPixels = new(pixels.Select(p => ((long)((p.Y + padding) * width) + p.X + padding) * outputs));
        InputErrors = new(pixels.Select((_, p) => (long)p * inputs));
        (UpRuns, UpRights, UpLength) = Runs(shape, inputs);
        (DownRuns, DownRights, DownLength) = Runs(shape, outputs);
        Weights = new(Enumerable.Range(0, shape.Fan).Select(r =>
            (((long)(r % shape.Taps / shape.Kernel) * width) + (r % shape.Kernel)) * inputs + (r / shape.Taps)));
        Gradients = new(Enumerable.Range(0, shape.Fan).Select(r => (long)r * outputs));
        var rows = Enumerable.Range(0, maximumBatch * shape.Height).Select(r => (Example: r / shape.Height, Y: r % shape.Height)).ToArray();
        InputRows = new(rows.Select(r => (((long)r.Example * shape.PaddedPixels) + (r.Y * width)) * inputs));
        OutputRows = new(rows.Select(r => (((long)r.Example * shape.PaddedPixels) + ((r.Y + padding) * width) + padding) * outputs));
    }

    /// <summary>Where each output pixel's window begins in an example's input.</summary>
    public Offsets InputWindows { get; }

    /// <summary>Where each input pixel's window begins in an example's output errors.</summary>
    public Offsets OutputWindows { get; }

    /// <summary>Each output pixel in an example's output.</summary>
    public Offsets OutputPixels { get; }

    /// <summary>Each input pixel in an example's input errors, which have no zeros around.</summary>
    public Offsets InputErrors { get; }

    /// <summary>Upwards: where each run begins in a window.</summary>
    public Offsets UpRuns { get; }

    /// <summary>Upwards: where each run begins in a panel.</summary>
    public Offsets UpRights { get; }

    /// <summary>Upwards: elements of a run.</summary>
    public int UpLength { get; }

    /// <summary>Downwards: where each run begins in a window.</summary>
    public Offsets DownRuns { get; }

    /// <summary>Downwards: where each run begins in a panel.</summary>
    public Offsets DownRights { get; }

    /// <summary>Downwards: elements of a run.</summary>
    public int DownLength { get; }

    /// <summary>The input value that each weight (of one output channel, in manifest order) meets at the first output pixel.</summary>
    public Offsets Weights { get; }

    /// <summary>Each weight in the packed gradient [fan, outputs].</summary>
    public Offsets Gradients { get; }

    /// <summary>The window of the first pixel of each row of each example, in all inputs.</summary>
    public Offsets InputRows { get; }

    /// <summary>The first pixel of each row of each example, in all output errors.</summary>
    public Offsets OutputRows { get; }

    private static (Offsets Left, Offsets Right, int Length) Runs(ConvShape shape, int channels)
    {
        var whole = shape.Kernel * channels <= LongestRun;
        var length = whole ? shape.Kernel * channels : channels;
        var count = whole ? shape.Kernel : shape.Taps;
        var left = Enumerable.Range(0, count).Select(run =>
            whole ? (long)run * shape.PaddedWidth * channels : (((long)(run / shape.Kernel) * shape.PaddedWidth) + (run % shape.Kernel)) * channels);
        return (new(left), new(Enumerable.Range(0, count).Select(run => (long)run * length * Matrix.PanelWidth)), length);
    }
}
