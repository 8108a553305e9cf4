using System.Runtime.CompilerServices;

namespace FedLearn.Training.Models.Kernels;

/// <summary>A dense layer forward: target[b, o] = bias[o] + sum over k of input[b, k] * weight[o, k], and ReLU where asked for.</summary>
/// <remarks>
/// Both operands lie along k, so a register block of 5 examples x 2 outputs keeps ten running sums: 7 loads for 10
/// multiply-adds. A panel of outputs small enough for the L1 cache is used for all examples before the next is fetched. Rows
/// that a block has too many are pointed at the last row, and their results are not stored.
/// </remarks>
internal static unsafe class DenseKernel<TOps, TVector>
    where TOps : struct, IVectorOps<TVector>
    where TVector : struct
{
    private const int Examples = 5;
    private const int PanelFloats = 6144;

    /// <summary>Computes the outputs from <paramref name="first"/> to <paramref name="end"/>, exclusive.</summary>
    public static void Run(
        float* input, int batch, int inputs, float* weight, float* bias, int outputs, float* target, bool relu, int first, int end)
    {
        var panel = Math.Max(2, PanelFloats / inputs / 2 * 2);
        for (var start = first; start < end; start += panel)
        {
            var stop = Math.Min(start + panel, end);
            for (var b = 0; b < batch; b += Examples)
            {
                for (var o = start; o < stop; o += 2)
                {
                    Block(input, b, batch, inputs, weight, bias, o, Math.Min(o + 1, end - 1), outputs, target, relu);
                }
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Block(
        float* input, int b, int batch, int inputs, float* weight, float* bias, int o, int second, int outputs, float* target, bool relu)
    {
        float* w0 = weight + ((nint)o * inputs), w1 = weight + ((nint)second * inputs);
        var last = batch - 1;
        float* x0 = input + ((nint)b * inputs), x1 = input + ((nint)Math.Min(b + 1, last) * inputs);
        float* x2 = input + ((nint)Math.Min(b + 2, last) * inputs), x3 = input + ((nint)Math.Min(b + 3, last) * inputs);
        float* x4 = input + ((nint)Math.Min(b + 4, last) * inputs);
        TVector s00 = default, s10 = default, s20 = default, s30 = default, s40 = default;
        TVector s01 = default, s11 = default, s21 = default, s31 = default, s41 = default;
        var whole = inputs - (inputs % TOps.Width);
        for (nint k = 0; k < whole; k += TOps.Width)
        {
            TVector u = TOps.Load(w0 + k), v = TOps.Load(w1 + k);
            var x = TOps.Load(x0 + k);
            s00 = TOps.MultiplyAdd(x, u, s00);
            s01 = TOps.MultiplyAdd(x, v, s01);
            x = TOps.Load(x1 + k);
            s10 = TOps.MultiplyAdd(x, u, s10);
            s11 = TOps.MultiplyAdd(x, v, s11);
            x = TOps.Load(x2 + k);
            s20 = TOps.MultiplyAdd(x, u, s20);
            s21 = TOps.MultiplyAdd(x, v, s21);
            x = TOps.Load(x3 + k);
            s30 = TOps.MultiplyAdd(x, u, s30);
            s31 = TOps.MultiplyAdd(x, v, s31);
            x = TOps.Load(x4 + k);
            s40 = TOps.MultiplyAdd(x, u, s40);
            s41 = TOps.MultiplyAdd(x, v, s41);
        }

        if (whole < inputs)
        {
            var mask = TOps.Mask(inputs - whole);
            TVector u = TOps.LoadMasked(w0 + whole, mask), v = TOps.LoadMasked(w1 + whole, mask);
            var x = TOps.LoadMasked(x0 + whole, mask);
            s00 = TOps.MultiplyAdd(x, u, s00);
            s01 = TOps.MultiplyAdd(x, v, s01);
            x = TOps.LoadMasked(x1 + whole, mask);
            s10 = TOps.MultiplyAdd(x, u, s10);
            s11 = TOps.MultiplyAdd(x, v, s11);
            x = TOps.LoadMasked(x2 + whole, mask);
            s20 = TOps.MultiplyAdd(x, u, s20);
            s21 = TOps.MultiplyAdd(x, v, s21);
            x = TOps.LoadMasked(x3 + whole, mask);
            s30 = TOps.MultiplyAdd(x, u, s30);
            s31 = TOps.MultiplyAdd(x, v, s31);
            x = TOps.LoadMasked(x4 + whole, mask);
            s40 = TOps.MultiplyAdd(x, u, s40);
            s41 = TOps.MultiplyAdd(x, v, s41);
        }

        var sums = stackalloc float[2 * Examples]
        {
            TOps.Sum(s00), TOps.Sum(s01), TOps.Sum(s10), TOps.Sum(s11), TOps.Sum(s20),
            TOps.Sum(s21), TOps.Sum(s30), TOps.Sum(s31), TOps.Sum(s40), TOps.Sum(s41),
        };
        var rows = Math.Min(Examples, batch - b);
        for (var r = 0; r < rows; r++)
        {
            for (var c = o; c <= second; c++)
            {
                var value = sums[(2 * r) + c - o] + bias[c];
                target[((nint)(b + r) * outputs) + c] = relu ? Math.Max(value, 0) : value;
            }
        }
    }
}
