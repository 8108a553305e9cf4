using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace FedLearn.Core.Aggregation;

/// <summary>
/// Federated averaging (McMahan et al. 2017, algorithm 1): the mean of the clients' deltas, each weighted by its number of
/// examples, sum_k n_k * delta_k / sum_k n_k, one block of coordinates at a time.
/// </summary>
/// <remarks>
/// Sums are float64 and fold the clients one after the other in the order of the calls, so that the same clients in the same order
/// give the same bits whether they come one or four at a time, and however the vector is cut into blocks.
/// </remarks>
public static class WeightedMean
{
    /// <summary>Adds one client's block: sum += weight * delta. The lengths must be equal.</summary>
    // At its best from the first call: a vector of a million values is through before the runtime would look at it a second time.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Add(Span<double> sum, ReadOnlySpan<float> delta, double weight)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(delta.Length, sum.Length);
        ref var s = ref MemoryMarshal.GetReference(sum);
        ref var x = ref MemoryMarshal.GetReference(delta);
        var w = Vector256.Create(weight);
        nuint i = 0;
        for (; i + 8 <= (nuint)sum.Length; i += 8)
        {
            var (low, high) = (Vector256.LoadUnsafe(ref s, i), Vector256.LoadUnsafe(ref s, i + 4));
            Fold(ref low, ref high, Vector256.LoadUnsafe(ref x, i), w);
            low.StoreUnsafe(ref s, i);
            high.StoreUnsafe(ref s, i + 4);
        }

        for (; i < (nuint)sum.Length; i++)
        {
            sum[(int)i] = Math.FusedMultiplyAdd(delta[(int)i], weight, sum[(int)i]);
        }
    }

    /// <summary>Adds four clients' blocks in one pass over the sum: the same bits as four calls of <see cref="Add(Span{double}, ReadOnlySpan{float}, double)"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Add(
        Span<double> sum,
        ReadOnlySpan<float> delta0,
        ReadOnlySpan<float> delta1,
        ReadOnlySpan<float> delta2,
        ReadOnlySpan<float> delta3,
        ReadOnlySpan<double> weights)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(delta0.Length, sum.Length);
        ArgumentOutOfRangeException.ThrowIfNotEqual(delta1.Length, sum.Length);
        ArgumentOutOfRangeException.ThrowIfNotEqual(delta2.Length, sum.Length);
        ArgumentOutOfRangeException.ThrowIfNotEqual(delta3.Length, sum.Length);
        ArgumentOutOfRangeException.ThrowIfNotEqual(weights.Length, 4);
        ref var s = ref MemoryMarshal.GetReference(sum);
        ref var a = ref MemoryMarshal.GetReference(delta0);
        ref var b = ref MemoryMarshal.GetReference(delta1);
        ref var c = ref MemoryMarshal.GetReference(delta2);
        ref var d = ref MemoryMarshal.GetReference(delta3);
        nuint i = 0;
        if (Vector512.IsHardwareAccelerated)
        {
            var (wa, wb, wc, wd) = (Vector512.Create(weights[0]), Vector512.Create(weights[1]), Vector512.Create(weights[2]), Vector512.Create(weights[3]));
            for (; i + 16 <= (nuint)sum.Length; i += 16)
            {
                var (low, high) = (Vector512.LoadUnsafe(ref s, i), Vector512.LoadUnsafe(ref s, i + 8));
                Fold(ref low, ref high, Vector512.LoadUnsafe(ref a, i), wa);
                Fold(ref low, ref high, Vector512.LoadUnsafe(ref b, i), wb);
                Fold(ref low, ref high, Vector512.LoadUnsafe(ref c, i), wc);
                Fold(ref low, ref high, Vector512.LoadUnsafe(ref d, i), wd);
                low.StoreUnsafe(ref s, i);
                high.StoreUnsafe(ref s, i + 8);
            }
        }
        else
        {
            var (wa, wb, wc, wd) = (Vector256.Create(weights[0]), Vector256.Create(weights[1]), Vector256.Create(weights[2]), Vector256.Create(weights[3]));
            for (; i + 8 <= (nuint)sum.Length; i += 8)
            {
                var (low, high) = (Vector256.LoadUnsafe(ref s, i), Vector256.LoadUnsafe(ref s, i + 4));
                Fold(ref low, ref high, Vector256.LoadUnsafe(ref a, i), wa);
                Fold(ref low, ref high, Vector256.LoadUnsafe(ref b, i), wb);
                Fold(ref low, ref high, Vector256.LoadUnsafe(ref c, i), wc);
                Fold(ref low, ref high, Vector256.LoadUnsafe(ref d, i), wd);
                low.StoreUnsafe(ref s, i);
                high.StoreUnsafe(ref s, i + 4);
            }
        }

        var rest = (int)i;
        Add(sum[rest..], delta0[rest..], weights[0]);
        Add(sum[rest..], delta1[rest..], weights[1]);
        Add(sum[rest..], delta2[rest..], weights[2]);
        Add(sum[rest..], delta3[rest..], weights[3]);
    }

    /// <summary>Ends a block: sum becomes the mean, sum / totalWeight. The total must be above 0.</summary>
    public static void Divide(Span<double> sum, double totalWeight)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(totalWeight);
        System.Numerics.Tensors.TensorPrimitives.Divide(sum, totalWeight, sum);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Fold(ref Vector256<double> low, ref Vector256<double> high, Vector256<float> x, Vector256<double> weight)
    {
        var (lower, upper) = Vector256.Widen(x);
        low = Vector256.FusedMultiplyAdd(lower, weight, low);
        high = Vector256.FusedMultiplyAdd(upper, weight, high);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Fold(ref Vector512<double> low, ref Vector512<double> high, Vector512<float> x, Vector512<double> weight)
    {
        var (lower, upper) = Vector512.Widen(x);
        low = Vector512.FusedMultiplyAdd(lower, weight, low);
        high = Vector512.FusedMultiplyAdd(upper, weight, high);
    }
}
