using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace FedLearn.Core.Models;

/// <summary>
/// A small deterministic generator: SplitMix64 (Steele, Lea and Flood 2014; the constants are those of Vigna's reference code),
/// whose n-th output is a hash of (key + n * golden gamma). Its key is SHA-256 over a purpose and the numbers and names that
/// the draw may depend on, so that streams for different purposes, rounds or clients have nothing to do with each other.
/// Not for secrets.
/// </summary>
public sealed class SeededRandom
{
    private const ulong Gamma = 0x9E3779B97F4A7C15;

    private ulong _state;
    private double? _spare;

    /// <summary>A stream that starts at <paramref name="key"/>.</summary>
    public SeededRandom(ulong key) => _state = key;

    /// <summary>
    /// The stream of (purpose, seed, parts): its key is the first eight bytes, little-endian, of SHA-256 over the UTF-8 text
    /// <c>purpose|seed|part|part...</c>, numbers in decimal. Parts must not contain <c>|</c>; client ids cannot.
    /// </summary>
    public static SeededRandom For(string purpose, long seed, params ReadOnlySpan<object> parts)
    {
        var text = new StringBuilder(purpose).Append('|').Append(seed.ToString(CultureInfo.InvariantCulture));
        foreach (var part in parts)
        {
            text.Append('|').Append(Convert.ToString(part, CultureInfo.InvariantCulture));
        }

        return new(BinaryPrimitives.ReadUInt64LittleEndian(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString()))));
    }

    /// <summary>64 uniform bits.</summary>
    public ulong NextUInt64()
    {
        _state += Gamma;
        var z = _state;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }

    /// <summary>Uniform in [0, 1), a multiple of 2^-53.</summary>
    public double NextDouble() => (NextUInt64() >> 11) * (1.0 / (1UL << 53));

    /// <summary>Uniform in [low, high).</summary>
    public double NextDouble(double low, double high) => low + ((high - low) * NextDouble());

    /// <summary>Uniform in 0 .. bound-1 without bias (Lemire 2019).</summary>
    /// <param name="bound">At least 1.</param>
    public int NextInt(int bound)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(bound, 1);
        var range = (ulong)bound;
        var high = Math.BigMul(NextUInt64(), range, out ulong low);
        if (low < range)
        {
            var threshold = unchecked(0UL - range) % range;
            while (low < threshold)
            {
                high = Math.BigMul(NextUInt64(), range, out low);
            }
        }

        return (int)high;
    }

    /// <summary>Normal with mean 0 and standard deviation 1 (Box and Muller 1958; the second value of a pair is kept).</summary>
    public double NextGaussian()
    {
        if (_spare is { } spare)
        {
            _spare = null;
            return spare;
        }

        var radius = Math.Sqrt(-2 * Math.Log(1 - NextDouble()));
        var (sin, cos) = Math.SinCos(2 * Math.PI * NextDouble());
        _spare = radius * sin;
        return radius * cos;
    }

    /// <summary>Puts the items into a uniformly drawn order (Fisher-Yates, from the last place down).</summary>
    public void Shuffle<T>(Span<T> items)
    {
        for (var i = items.Length - 1; i > 0; i--)
        {
            var j = NextInt(i + 1);
            (items[i], items[j]) = (items[j], items[i]);
        }
    }
}
