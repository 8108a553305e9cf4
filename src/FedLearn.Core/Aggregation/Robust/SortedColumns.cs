using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace FedLearn.Core.Aggregation.Robust;

/// <summary>
/// Sorts the values of several coordinates at once, one coordinate a lane: Batcher's merge exchange (Knuth, The Art of Computer
/// Programming, vol. 3, 5.2.2, algorithm M), whose comparisons do not depend on the values.
/// </summary>
internal static class SortedColumns
{
    /// <summary>Coordinates that are sorted together.</summary>
    public const int Lanes = 8;

    /// <summary>Sorts each column of a matrix, smallest value first.</summary>
    /// <param name="matrix">Rows of <see cref="Lanes"/> finite values, one row an update.</param>
    public static void Sort(Span<float> matrix)
    {
        var rows = MemoryMarshal.Cast<float, Vector256<float>>(matrix);
        var half = 1;
        while (2 * half < rows.Length)
        {
            half *= 2;
        }

        for (var p = half; p > 0; p /= 2)
        {
            MergeExchange(rows, p, 0, p);
            for (var q = half; q > p; q /= 2)
            {
                MergeExchange(rows, p, p, q - p);
            }
        }
    }

    private static void MergeExchange(Span<Vector256<float>> rows, int p, int r, int distance)
    {
        ref var first = ref MemoryMarshal.GetReference(rows);
        for (var i = 0; i < rows.Length - distance; i++)
        {
            if ((i & p) == r)
            {
                ref var a = ref Unsafe.Add(ref first, i);
                ref var b = ref Unsafe.Add(ref first, i + distance);
                (a, b) = (Vector256.Min(a, b), Vector256.Max(a, b));
            }
        }
    }
}
