using System.Runtime.CompilerServices;

namespace FedLearn.Training.Models.Kernels;

/// <summary>A left factor read with strides, so that the same kernel takes a matrix or its transpose: element (i, r) is at i*RowStride + r*DepthStride.</summary>
internal readonly unsafe record struct LeftFactor(nint Address, int RowStride, int DepthStride)
{
    public LeftFactor(float* start, int rowStride, int depthStride)
        : this((nint)start, rowStride, depthStride)
    {
    }

    public float* Row(int i) => (float*)Address + ((nint)i * RowStride);
}

/// <summary>
/// target[i, j] = alpha * target[i, j] + beta * sum over r of left(i, r) * right[r, j]. With alpha = 1 - lr*wd and beta = -lr it is a weight
/// gradient and the step of plain SGD in one pass over the weights; with alpha = 0 (target not read) and beta = 1 a gradient alone.
/// </summary>
/// <remarks>
/// A register block of 4 rows x 3 vectors keeps twelve running sums: 7 loads for 12 multiply-adds, the broadcasts included. The columns
/// are walked in panels whose part of the right factor fits the L1 cache.
/// </remarks>
internal static unsafe class ProductKernel<TOps, TVector>
    where TOps : struct, IVectorOps<TVector>
    where TVector : struct
{
    private const int Rows = 4;
    private const int PanelFloats = 8192;

    /// <summary>Computes the columns from <paramref name="first"/> to <paramref name="end"/>, exclusive.</summary>
    public static void Run(
        float* target, int rows, int columns, float alpha, float beta, LeftFactor left, float* right, int depth, int first, int end)
    {
        var wide = 3 * TOps.Width;
        var panel = Math.Max(1, PanelFloats / Math.Max(depth, 1) / wide) * wide;
        for (var start = first; start < end; start += panel)
        {
            var stop = Math.Min(start + panel, end);
            for (var i = 0; i < rows; i += Rows)
            {
                var j = start;
                for (; j + wide <= stop; j += wide)
                {
                    Wide(target, i, rows, j, columns, alpha, beta, left, right, depth);
                }

                for (; j < stop; j += TOps.Width)
                {
                    Narrow(target, i, rows, j, stop, columns, alpha, beta, left, right, depth);
                }
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Wide(
        float* target, int i, int rows, int j, int columns, float alpha, float beta, LeftFactor left, float* right, int depth)
    {
        var last = rows - 1;
        float* a0 = left.Row(i), a1 = left.Row(Math.Min(i + 1, last));
        float* a2 = left.Row(Math.Min(i + 2, last)), a3 = left.Row(Math.Min(i + 3, last));
        TVector s00 = default, s01 = default, s02 = default, s10 = default, s11 = default, s12 = default;
        TVector s20 = default, s21 = default, s22 = default, s30 = default, s31 = default, s32 = default;
        var b = right + j;
        nint at = 0;
        for (var r = 0; r < depth; r++, b += columns, at += left.DepthStride)
        {
            TVector b0 = TOps.Load(b), b1 = TOps.Load(b + TOps.Width), b2 = TOps.Load(b + (2 * TOps.Width));
            var a = TOps.Broadcast(a0[at]);
            s00 = TOps.MultiplyAdd(a, b0, s00);
            s01 = TOps.MultiplyAdd(a, b1, s01);
            s02 = TOps.MultiplyAdd(a, b2, s02);
            a = TOps.Broadcast(a1[at]);
            s10 = TOps.MultiplyAdd(a, b0, s10);
            s11 = TOps.MultiplyAdd(a, b1, s11);
            s12 = TOps.MultiplyAdd(a, b2, s12);
            a = TOps.Broadcast(a2[at]);
            s20 = TOps.MultiplyAdd(a, b0, s20);
            s21 = TOps.MultiplyAdd(a, b1, s21);
            s22 = TOps.MultiplyAdd(a, b2, s22);
            a = TOps.Broadcast(a3[at]);
            s30 = TOps.MultiplyAdd(a, b0, s30);
            s31 = TOps.MultiplyAdd(a, b1, s31);
            s32 = TOps.MultiplyAdd(a, b2, s32);
        }

        var t = target + ((nint)i * columns) + j;
        Finish(t, alpha, beta, s00, s01, s02);
        if (i + 1 < rows)
        {
            Finish(t += columns, alpha, beta, s10, s11, s12);
        }

        if (i + 2 < rows)
        {
            Finish(t += columns, alpha, beta, s20, s21, s22);
        }

        if (i + 3 < rows)
        {
            Finish(t + columns, alpha, beta, s30, s31, s32);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Finish(float* t, float alpha, float beta, TVector s0, TVector s1, TVector s2)
    {
        var scale = TOps.Broadcast(beta);
        (s0, s1, s2) = (TOps.Multiply(scale, s0), TOps.Multiply(scale, s1), TOps.Multiply(scale, s2));
        if (alpha != 0)
        {
            var keep = TOps.Broadcast(alpha);
            s0 = TOps.MultiplyAdd(keep, TOps.Load(t), s0);
            s1 = TOps.MultiplyAdd(keep, TOps.Load(t + TOps.Width), s1);
            s2 = TOps.MultiplyAdd(keep, TOps.Load(t + (2 * TOps.Width)), s2);
        }

        TOps.Store(t, s0);
        TOps.Store(t + TOps.Width, s1);
        TOps.Store(t + (2 * TOps.Width), s2);
    }

    /// <summary>Up to one vector of columns, masked.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Narrow(
        float* target, int i, int rows, int j, int stop, int columns, float alpha, float beta, LeftFactor left, float* right, int depth)
    {
        var mask = TOps.Mask(Math.Min(TOps.Width, stop - j));
        var last = rows - 1;
        float* a0 = left.Row(i), a1 = left.Row(Math.Min(i + 1, last));
        float* a2 = left.Row(Math.Min(i + 2, last)), a3 = left.Row(Math.Min(i + 3, last));
        TVector s0 = default, s1 = default, s2 = default, s3 = default;
        var b = right + j;
        nint at = 0;
        for (var r = 0; r < depth; r++, b += columns, at += left.DepthStride)
        {
            var v = TOps.LoadMasked(b, mask);
            s0 = TOps.MultiplyAdd(TOps.Broadcast(a0[at]), v, s0);
            s1 = TOps.MultiplyAdd(TOps.Broadcast(a1[at]), v, s1);
            s2 = TOps.MultiplyAdd(TOps.Broadcast(a2[at]), v, s2);
            s3 = TOps.MultiplyAdd(TOps.Broadcast(a3[at]), v, s3);
        }

        var t = target + ((nint)i * columns) + j;
        FinishMasked(t, mask, alpha, beta, s0);
        if (i + 1 < rows)
        {
            FinishMasked(t += columns, mask, alpha, beta, s1);
        }

        if (i + 2 < rows)
        {
            FinishMasked(t += columns, mask, alpha, beta, s2);
        }

        if (i + 3 < rows)
        {
            FinishMasked(t + columns, mask, alpha, beta, s3);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void FinishMasked(float* t, TVector mask, float alpha, float beta, TVector sum)
    {
        sum = TOps.Multiply(TOps.Broadcast(beta), sum);
        if (alpha != 0)
        {
            sum = TOps.MultiplyAdd(TOps.Broadcast(alpha), TOps.LoadMasked(t, mask), sum);
        }

        TOps.StoreMasked(t, mask, sum);
    }
}
