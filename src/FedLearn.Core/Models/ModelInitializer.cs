using System.Collections.Immutable;

namespace FedLearn.Core.Models;

/// <summary>
/// Draws a model's first parameters from a seed. The generator is counter-based: the value of element i of tensor t is a function
/// of (seed, t, i) alone, so any block can be filled by itself, in any size and order, with the same bits.
/// <para>Bits: draw i of a tensor is SplitMix64's i-th output (Steele, Lea, Flood 2014) from the state mix(seed + mix(t + 1)).
/// Uniform values come from the upper 53 bits; normal values from Box-Muller over the draws of an even element and the odd one after it.</para>
/// </summary>
public sealed class ModelInitializer(ModelManifest manifest, long seed)
{
    private const ulong Golden = 0x9E3779B97F4A7C15;
    private const double Ulp = 1.0 / (1UL << 53);

    private readonly ImmutableArray<ulong> _keys = [.. manifest.Tensors.Select((_, index) => Mix((ulong)seed + Mix((ulong)index + 1)))];

    /// <summary>Fills <paramref name="destination"/> with the elements of the vector from <paramref name="firstElement"/> on.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The block reaches beyond the vector.</exception>
    public void Fill(long firstElement, Span<float> destination)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(firstElement);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(firstElement, manifest.ElementCount - destination.Length);
        for (var index = TensorAt(firstElement); !destination.IsEmpty; index++)
        {
            var inTensor = firstElement - manifest.StartOf(index);
            var length = (int)Math.Min(destination.Length, manifest.Tensors[index].ElementCount - inTensor);
            FillTensor(index, inTensor, destination[..length]);
            destination = destination[length..];
            firstElement += length;
        }
    }

    private void FillTensor(int index, long start, Span<float> destination)
    {
        var tensor = manifest.Tensors[index];
        switch (tensor.Init.Kind)
        {
            case InitKind.He:
                FillNormal(_keys[index], start, Math.Sqrt(2.0 / tensor.FanIn), destination);
                break;
            case InitKind.Normal:
                FillNormal(_keys[index], start, tensor.Init.Std, destination);
                break;
            case InitKind.Glorot:
                FillUniform(_keys[index], start, Math.Sqrt(6.0 / (tensor.FanIn + (double)tensor.FanOut)), destination);
                break;
            default:
                destination.Clear();
                break;
        }
    }

    private static void FillUniform(ulong key, long start, double limit, Span<float> destination)
    {
        for (var i = 0; i < destination.Length; i++)
        {
            destination[i] = (float)(limit * ((2 * (Draw(key, start + i) >> 11) * Ulp) - 1));
        }
    }

    private static void FillNormal(ulong key, long start, double std, Span<float> destination)
    {
        for (var i = 0; i < destination.Length; i++)
        {
            var even = (start + i) & ~1L;
            // In (0, 1], so that the logarithm is finite.
            var radius = std * Math.Sqrt(-2 * Math.Log(((Draw(key, even) >> 11) + 1) * Ulp));
            var (sin, cos) = Math.SinCos(Math.Tau * (Draw(key, even + 1) >> 11) * Ulp);
            if (even == start + i)
            {
                destination[i] = (float)(radius * cos);
                if (++i == destination.Length)
                {
                    break;
                }
            }

            destination[i] = (float)(radius * sin);
        }
    }

    private static ulong Draw(ulong key, long index) => Mix(key + ((ulong)index + 1) * Golden);

    /// <summary>SplitMix64's finalizer.</summary>
    private static ulong Mix(ulong z)
    {
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }

    private int TensorAt(long element)
    {
        int low = 0, high = manifest.Tensors.Length - 1;
        while (low < high)
        {
            var middle = (low + high + 1) / 2;
            (low, high) = manifest.StartOf(middle) <= element ? (middle, high) : (low, middle - 1);
        }

        return low;
    }
}
