using System.Numerics;
using System.Runtime.InteropServices;

namespace FedLearn.Training.Sgd;

/// <summary>Adds float32 values into float64 sums, a register at a time; each sum has the bits that a plain loop gives.</summary>
internal static class WideSum
{
    /// <summary>sums[i] += values[i]; both of the same length.</summary>
    public static void Add(ReadOnlySpan<float> values, Span<double> sums)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(values.Length, sums.Length);
        var wide = MemoryMarshal.Cast<float, Vector<float>>(values);
        var totals = MemoryMarshal.Cast<double, Vector<double>>(sums);
        for (var i = 0; i < wide.Length; i++)
        {
            Vector.Widen(wide[i], out var low, out var high);
            totals[2 * i] += low;
            totals[(2 * i) + 1] += high;
        }

        for (var i = wide.Length * Vector<float>.Count; i < values.Length; i++)
        {
            sums[i] += values[i];
        }
    }
}
