using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace FedLearn.Core.Optimizers;

/// <summary>What an optimizer does to four coordinates, in float64.</summary>
internal interface ICoordinateStep
{
    /// <summary>The number of state vectors: 0 to 2.</summary>
    static abstract int StateVectors { get; }

    /// <summary>What is added to the parameters. The state comes in as it was and goes out as it will be; what there is not is zero.</summary>
    Vector256<double> Move(Vector256<double> delta, ref Vector256<double> first, ref Vector256<double> second);
}

/// <summary>
/// Runs a step over a block, eight coordinates at a time. The last ones go through the same instructions, filled up with zeros: the place
/// of a value in its block must not change its bits.
/// </summary>
internal static class BlockStep
{
    private const int Width = 8;

    // At its best from the first call, as WeightedMean.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Run<TStep>(TStep step, ReadOnlySpan<float> parameters, ReadOnlySpan<double> delta, Span<float> state, Span<float> next)
        where TStep : struct, ICoordinateStep
    {
        var length = parameters.Length;
        ArgumentOutOfRangeException.ThrowIfNotEqual(delta.Length, length);
        ArgumentOutOfRangeException.ThrowIfNotEqual(next.Length, length);
        ArgumentOutOfRangeException.ThrowIfNotEqual(state.Length, TStep.StateVectors * length);
        var first = Part<TStep>(state, 0, length);
        var second = Part<TStep>(state, 1, length);
        var whole = length / Width * Width;
        for (var at = 0; at < whole; at += Width)
        {
            Eight(step, parameters[at..], delta[at..], From(first, at), From(second, at), next[at..]);
        }

        if (whole < length)
        {
            Last(step, parameters[whole..], delta[whole..], From(first, whole), From(second, whole), next[whole..]);
        }
    }

    private static Span<float> Part<TStep>(Span<float> state, int part, int length)
        where TStep : struct, ICoordinateStep => part < TStep.StateVectors ? state.Slice(part * length, length) : [];

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Span<float> From(Span<float> part, int at) => part.IsEmpty ? part : part[at..];

    private static void Last<TStep>(
        TStep step, ReadOnlySpan<float> parameters, ReadOnlySpan<double> delta, Span<float> first, Span<float> second, Span<float> next)
        where TStep : struct, ICoordinateStep
    {
        Span<float> values = stackalloc float[3 * Width];
        Span<double> deltas = stackalloc double[Width];
        values.Clear();
        deltas.Clear();
        var p = values[..Width];
        var f = values[Width..(2 * Width)];
        var s = values[(2 * Width)..];
        parameters.CopyTo(p);
        delta.CopyTo(deltas);
        first.CopyTo(f);
        second.CopyTo(s);
        Eight(step, p, deltas, f, s, p);
        p[..next.Length].CopyTo(next);
        f[..first.Length].CopyTo(first);
        s[..second.Length].CopyTo(second);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Eight<TStep>(
        TStep step, ReadOnlySpan<float> parameters, ReadOnlySpan<double> delta, Span<float> first, Span<float> second, Span<float> next)
        where TStep : struct, ICoordinateStep
    {
        ref var d = ref MemoryMarshal.GetReference(delta);
        var (low, high) = Vector256.Widen(Vector256.LoadUnsafe(ref MemoryMarshal.GetReference(parameters)));
        var (firstLow, firstHigh) = Load(first, TStep.StateVectors > 0);
        var (secondLow, secondHigh) = Load(second, TStep.StateVectors > 1);
        low += step.Move(Vector256.LoadUnsafe(ref d), ref firstLow, ref secondLow);
        high += step.Move(Vector256.LoadUnsafe(ref d, Width / 2), ref firstHigh, ref secondHigh);
        Vector256.Narrow(low, high).StoreUnsafe(ref MemoryMarshal.GetReference(next));
        Store(firstLow, firstHigh, first, TStep.StateVectors > 0);
        Store(secondLow, secondHigh, second, TStep.StateVectors > 1);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static (Vector256<double> Low, Vector256<double> High) Load(Span<float> part, bool there) =>
        there ? Vector256.Widen(Vector256.LoadUnsafe(ref MemoryMarshal.GetReference(part))) : default;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(Vector256<double> low, Vector256<double> high, Span<float> part, bool there)
    {
        if (there)
        {
            Vector256.Narrow(low, high).StoreUnsafe(ref MemoryMarshal.GetReference(part));
        }
    }
}
