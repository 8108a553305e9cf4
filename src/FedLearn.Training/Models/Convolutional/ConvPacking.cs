using FedLearn.Training.Models.Kernels;

namespace FedLearn.Training.Models.Convolutional;

/// <summary>
/// Between the manifest's weights [out, in, kernel, kernel] and the kernels' panels [panel, depth, lane]. Lanes and depths of channels
/// that are stored but do not exist are never written and stay zero.
/// </summary>
internal static unsafe class ConvPacking
{
    /// <summary>Panel <paramref name="panel"/> of output channels; its depth is (tap, stored input channel).</summary>
    public static void Upward(ConvShape shape, float* weight, int storedInputs, int panel, float* target)
    {
        var first = panel * Matrix.PanelWidth;
        var lanes = Math.Min(Matrix.PanelWidth, shape.Outputs - first);
        target += (nint)panel * shape.Taps * storedInputs * Matrix.PanelWidth;
        for (var i = 0; i < shape.Inputs; i++)
        {
            for (var tap = 0; tap < shape.Taps; tap++)
            {
                var source = weight + ((nint)first * shape.Fan) + ((nint)i * shape.Taps) + tap;
                Gather(source, shape.Fan, lanes, target + ((((nint)tap * storedInputs) + i) * Matrix.PanelWidth));
            }
        }
    }

    /// <summary>
    /// Panel <paramref name="panel"/> of input channels, for errors on their way down; its depth is (tap of the turned kernel, stored output channel).
    /// </summary>
    public static void Downward(ConvShape shape, float* weight, int storedOutputs, int panel, float* target)
    {
        var first = panel * Matrix.PanelWidth;
        var lanes = Math.Min(Matrix.PanelWidth, shape.Inputs - first);
        target += (nint)panel * shape.Taps * storedOutputs * Matrix.PanelWidth;
        for (var o = 0; o < shape.Outputs; o++)
        {
            for (var tap = 0; tap < shape.Taps; tap++)
            {
                var source = weight + ((nint)o * shape.Fan) + ((nint)first * shape.Taps) + shape.Taps - 1 - tap;
                Gather(source, shape.Taps, lanes, target + ((((nint)tap * storedOutputs) + o) * Matrix.PanelWidth));
            }
        }
    }

    /// <summary>weight[o, r] = alpha * weight[o, r] + beta * gradient[r, o] for rows <paramref name="first"/> to <paramref name="end"/>.</summary>
    public static void Unpack(
        ConvShape shape, float* gradient, int storedOutputs, int first, int end, float* weight, float alpha, float beta)
    {
        for (var o = 0; o < shape.Outputs; o++)
        {
            var target = weight + ((nint)o * shape.Fan);
            var source = gradient + o;
            for (var r = first; r < end; r++)
            {
                var step = beta * source[(nint)r * storedOutputs];
                target[r] = alpha == 0 ? step : (alpha * target[r]) + step;
            }
        }
    }

    private static void Gather(float* source, nint stride, int count, float* target)
    {
        for (var i = 0; i < count; i++)
        {
            target[i] = source[i * stride];
        }
    }
}
