using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace FedLearn.Core.Aggregation.Robust;

/// <summary>Squared Euclidean distances and inner products in float64, whose bits depend on the values alone.</summary>
internal static class Distance
{
    /// <summary>The squared distance of two vectors of one length.</summary>
    public static double Squared(ReadOnlySpan<float> a, ReadOnlySpan<float> b)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(b.Length, a.Length);
        ref var x = ref MemoryMarshal.GetReference(a);
        ref var y = ref MemoryMarshal.GetReference(b);
        var (low, high) = (Vector256<double>.Zero, Vector256<double>.Zero);
        nuint i = 0;
        for (; i + 8 <= (nuint)a.Length; i += 8)
        {
            var (xLow, xHigh) = Vector256.Widen(Vector256.LoadUnsafe(ref x, i));
            var (yLow, yHigh) = Vector256.Widen(Vector256.LoadUnsafe(ref y, i));
            Fold(ref low, xLow - yLow);
            Fold(ref high, xHigh - yHigh);
        }

        var sum = Vector256.Sum(low + high);
        for (; i < (nuint)a.Length; i++)
        {
            var difference = (double)a[(int)i] - b[(int)i];
            sum = Math.FusedMultiplyAdd(difference, difference, sum);
        }

        return sum;
    }

    /// <summary>The squared distance of a vector from a point in float64.</summary>
    public static double Squared(ReadOnlySpan<float> a, ReadOnlySpan<double> point)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(point.Length, a.Length);
        ref var x = ref MemoryMarshal.GetReference(a);
        ref var y = ref MemoryMarshal.GetReference(point);
        var (low, high) = (Vector256<double>.Zero, Vector256<double>.Zero);
        nuint i = 0;
        for (; i + 8 <= (nuint)a.Length; i += 8)
        {
            var (xLow, xHigh) = Vector256.Widen(Vector256.LoadUnsafe(ref x, i));
            Fold(ref low, xLow - Vector256.LoadUnsafe(ref y, i));
            Fold(ref high, xHigh - Vector256.LoadUnsafe(ref y, i + 4));
        }

        var sum = Vector256.Sum(low + high);
        for (; i < (nuint)a.Length; i++)
        {
            var difference = a[(int)i] - point[(int)i];
            sum = Math.FusedMultiplyAdd(difference, difference, sum);
        }

        return sum;
    }

    /// <summary>The inner product of a vector and one in float64.</summary>
    public static double Product(ReadOnlySpan<float> a, ReadOnlySpan<double> b)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(b.Length, a.Length);
        ref var x = ref MemoryMarshal.GetReference(a);
        ref var y = ref MemoryMarshal.GetReference(b);
        var (low, high) = (Vector256<double>.Zero, Vector256<double>.Zero);
        nuint i = 0;
        for (; i + 8 <= (nuint)a.Length; i += 8)
        {
            var (xLow, xHigh) = Vector256.Widen(Vector256.LoadUnsafe(ref x, i));
            low = Vector256.FusedMultiplyAdd(xLow, Vector256.LoadUnsafe(ref y, i), low);
            high = Vector256.FusedMultiplyAdd(xHigh, Vector256.LoadUnsafe(ref y, i + 4), high);
        }

        var sum = Vector256.Sum(low + high);
        for (; i < (nuint)a.Length; i++)
        {
            sum = Math.FusedMultiplyAdd(a[(int)i], b[(int)i], sum);
        }

        return sum;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Fold(ref Vector256<double> sum, Vector256<double> difference) => sum = Vector256.FusedMultiplyAdd(difference, difference, sum);
}
