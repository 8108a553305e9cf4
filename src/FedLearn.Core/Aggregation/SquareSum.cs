using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace FedLearn.Core.Aggregation;

/// <summary>
/// The sum of squares of float32 values that come in pieces. Every value goes to the lane that its place gives it, in float64, so the same
/// values give the same bits however they are cut. Finite values never overflow it; one NaN or infinity makes it NaN or infinite.
/// </summary>
public struct SquareSum
{
    private const int LaneCount = 16;

    private Lanes _lanes;
    private int _next;

    /// <summary>The sum so far.</summary>
    public readonly double Total
    {
        get
        {
            var total = 0.0;
            foreach (var lane in (ReadOnlySpan<double>)_lanes)
            {
                total += lane;
            }

            return total;
        }
    }

    /// <summary>The sum of squares of one piece.</summary>
    public static double Of(ReadOnlySpan<float> values)
    {
        var sum = new SquareSum();
        sum.Add(values);
        return sum.Total;
    }

    /// <summary>Takes the next values.</summary>
    public void Add(ReadOnlySpan<float> values)
    {
        var toLaneZero = Math.Min((LaneCount - _next) % LaneCount, values.Length);
        AddOneByOne(values[..toLaneZero]);
        values = values[toLaneZero..];
        var whole = values.Length / LaneCount * LaneCount;
        AddWhole(values[..whole]);
        AddOneByOne(values[whole..]);
    }

    /// <summary>Takes so many zeros.</summary>
    public void Skip(int zeros) => _next = (_next + (zeros % LaneCount)) % LaneCount;

    private void AddOneByOne(ReadOnlySpan<float> values)
    {
        foreach (var value in values)
        {
            _lanes[_next] = Math.FusedMultiplyAdd(value, value, _lanes[_next]);
            _next = (_next + 1) % LaneCount;
        }
    }

    // At its best from the first call, as WeightedMean.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void AddWhole(ReadOnlySpan<float> values)
    {
        ref var lanes = ref Unsafe.As<Lanes, double>(ref _lanes);
        ref var x = ref MemoryMarshal.GetReference(values);
        var (a, b) = (Vector256.LoadUnsafe(ref lanes), Vector256.LoadUnsafe(ref lanes, 4));
        var (c, d) = (Vector256.LoadUnsafe(ref lanes, 8), Vector256.LoadUnsafe(ref lanes, 12));
        for (nuint i = 0; i < (nuint)values.Length; i += LaneCount)
        {
            var (low0, high0) = Vector256.Widen(Vector256.LoadUnsafe(ref x, i));
            var (low1, high1) = Vector256.Widen(Vector256.LoadUnsafe(ref x, i + 8));
            a = Vector256.FusedMultiplyAdd(low0, low0, a);
            b = Vector256.FusedMultiplyAdd(high0, high0, b);
            c = Vector256.FusedMultiplyAdd(low1, low1, c);
            d = Vector256.FusedMultiplyAdd(high1, high1, d);
        }

        a.StoreUnsafe(ref lanes);
        b.StoreUnsafe(ref lanes, 4);
        c.StoreUnsafe(ref lanes, 8);
        d.StoreUnsafe(ref lanes, 12);
    }

    [InlineArray(LaneCount)]
    private struct Lanes
    {
        private double _first;
    }
}
