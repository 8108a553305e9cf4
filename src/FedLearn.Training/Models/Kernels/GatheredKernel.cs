using System.Runtime.CompilerServices;

namespace FedLearn.Training.Models.Kernels;

/// <summary>Computes rows of a <see cref="GatheredProduct"/>.</summary>
/// <remarks>
/// A register block of 6 rows x 2 vectors keeps twelve running sums: 8 loads for 12 multiply-adds, and 15 registers, which
/// AVX2 has too. The sum is cut into groups of runs whose part of the right panel stays in the L1 cache while all rows pass; between
/// groups the sums rest in the target. Rows that a block has too many are pointed at the last row, where they compute and store the
/// same once more. An element's sum is taken in the same order whatever rows are asked for together.
/// </remarks>
internal static unsafe class GatheredKernel<TOps, TVector>
    where TOps : struct, IVectorOps<TVector>
    where TVector : struct
{
    private const int Rows = 6;
    private const int GroupDepth = 200;

    public static int PanelWidth => 2 * TOps.Width;

    public static void Run(in GatheredProduct product, int first, int end)
    {
        var group = Math.Max(1, GroupDepth / product.RunLength);
        for (var panel = 0; panel < product.Panels; panel++)
        {
            for (var run = 0; run < product.Runs; run += group)
            {
                for (var row = first; row < end; row += Rows)
                {
                    Block(product, panel, run, Math.Min(run + group, product.Runs), row, end - 1);
                }
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Block(in GatheredProduct p, int panel, int firstRun, int endRun, int row, int last)
    {
        nint i0 = row, i1 = Math.Min(row + 1, last), i2 = Math.Min(row + 2, last);
        nint i3 = Math.Min(row + 3, last), i4 = Math.Min(row + 4, last), i5 = Math.Min(row + 5, last);
        var column = p.Target + (panel * PanelWidth);
        TVector s00, s01, s10, s11, s20, s21, s30, s31, s40, s41, s50, s51;
        if (firstRun > 0)
        {
            (s00, s01) = Pair(column + p.TargetRows[i0]);
            (s10, s11) = Pair(column + p.TargetRows[i1]);
            (s20, s21) = Pair(column + p.TargetRows[i2]);
            (s30, s31) = Pair(column + p.TargetRows[i3]);
            (s40, s41) = Pair(column + p.TargetRows[i4]);
            (s50, s51) = Pair(column + p.TargetRows[i5]);
        }
        else
        {
            (s00, s01) = p.Start == null ? default : Pair(p.Start + (panel * PanelWidth));
            (s10, s11, s20, s21, s30, s31, s40, s41, s50, s51) = (s00, s01, s00, s01, s00, s01, s00, s01, s00, s01);
        }

        float* a0 = p.Left + p.LeftRows[i0], a1 = p.Left + p.LeftRows[i1], a2 = p.Left + p.LeftRows[i2];
        float* a3 = p.Left + p.LeftRows[i3], a4 = p.Left + p.LeftRows[i4], a5 = p.Left + p.LeftRows[i5];
        var right = p.Right + (panel * p.RightPanel);
        nint leftStep = p.LeftStep, rightStep = p.RightStep, length = p.RunLength;
        for (var run = firstRun; run < endRun; run++)
        {
            var at = p.LeftRuns[run];
            var b = right + p.RightRuns[run];
            for (var r = length; r > 0; r--, at += leftStep, b += rightStep)
            {
                TVector u = TOps.Load(b), v = TOps.Load(b + TOps.Width);
                var a = TOps.Broadcast(a0[at]);
                s00 = TOps.MultiplyAdd(a, u, s00);
                s01 = TOps.MultiplyAdd(a, v, s01);
                a = TOps.Broadcast(a1[at]);
                s10 = TOps.MultiplyAdd(a, u, s10);
                s11 = TOps.MultiplyAdd(a, v, s11);
                a = TOps.Broadcast(a2[at]);
                s20 = TOps.MultiplyAdd(a, u, s20);
                s21 = TOps.MultiplyAdd(a, v, s21);
                a = TOps.Broadcast(a3[at]);
                s30 = TOps.MultiplyAdd(a, u, s30);
                s31 = TOps.MultiplyAdd(a, v, s31);
                a = TOps.Broadcast(a4[at]);
                s40 = TOps.MultiplyAdd(a, u, s40);
                s41 = TOps.MultiplyAdd(a, v, s41);
                a = TOps.Broadcast(a5[at]);
                s50 = TOps.MultiplyAdd(a, u, s50);
                s51 = TOps.MultiplyAdd(a, v, s51);
            }
        }

        Put(column + p.TargetRows[i0], s00, s01);
        Put(column + p.TargetRows[i1], s10, s11);
        Put(column + p.TargetRows[i2], s20, s21);
        Put(column + p.TargetRows[i3], s30, s31);
        Put(column + p.TargetRows[i4], s40, s41);
        Put(column + p.TargetRows[i5], s50, s51);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static (TVector First, TVector Second) Pair(float* source) => (TOps.Load(source), TOps.Load(source + TOps.Width));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Put(float* target, TVector first, TVector second)
    {
        TOps.Store(target, first);
        TOps.Store(target + TOps.Width, second);
    }
}
