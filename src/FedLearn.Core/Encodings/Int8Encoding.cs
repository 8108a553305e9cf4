using System.Buffers.Binary;
using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using FedLearn.Core.Aggregation;
using FedLearn.Core.Models;

namespace FedLearn.Core.Encodings;

/// <summary>
/// 8 bits a value: each unit of 1,024 values is a float32 scale s and a signed byte q for each value, which stands for q * s, with s the
/// largest magnitude over 127. A value between two multiples of s goes to either with the probability that makes its expectation the
/// value itself (QSGD: Alistarh et al. 2017, section 3.1, with the largest magnitude instead of the norm), so errors of many clients cancel out. The
/// error of a value is below s (1 + 2^-17), for q * s is rounded to float32; its variance is at most s^2 / 4.
/// </summary>
public sealed class Int8Encoding : IVectorEncoding
{
    /// <summary>Values that share a scale.</summary>
    public const int Group = UpdatePieces.Stripe;

    /// <summary>The largest magnitude of a byte; -128 is not used.</summary>
    public const int Largest = 127;

    private const int ScaleBytes = sizeof(float);
    private const double Unit = 1.0 / (1UL << 32);

    /// <inheritdoc/>
    public EncodingKind Kind => EncodingKind.Int8Scaled;

    /// <inheritdoc/>
    public int UnitBytes => ScaleBytes + Group;

    /// <inheritdoc/>
    public bool IsDense => true;

    /// <inheritdoc/>
    public int BytesOf(int length) => length + ((length + Group - 1) / Group * ScaleBytes);

    /// <inheritdoc/>
    public void Encode(ReadOnlySpan<float> block, Span<byte> bytes, SeededRandom noise)
    {
        for (; !block.IsEmpty; block = block[Math.Min(Group, block.Length)..])
        {
            var group = block[..Math.Min(Group, block.Length)];
            var scale = ScaleOf(TensorPrimitives.MaxMagnitude(group));
            BinaryPrimitives.WriteSingleLittleEndian(bytes, scale);
            Round(group, scale, MemoryMarshal.Cast<byte, sbyte>(bytes.Slice(ScaleBytes, group.Length)), noise);
            bytes = bytes[(ScaleBytes + group.Length)..];
        }
    }

    /// <inheritdoc/>
    public string? Measure(ReadOnlySpan<byte> units, int length, ref int next, ref SquareSum squares)
    {
        Span<float> values = stackalloc float[Group];
        while (!units.IsEmpty)
        {
            var group = values[..Math.Min(Group, length - next)];
            if (MistakeIn(units[..(ScaleBytes + group.Length)]) is { } mistake)
            {
                return mistake;
            }

            units = units[Decode(units, next, group)..];
            squares.Add(group);
            next += group.Length;
        }

        return null;
    }

    /// <inheritdoc/>
    public int Decode(ReadOnlySpan<byte> bytes, int first, Span<float> values)
    {
        var used = 0;
        for (; !values.IsEmpty; values = values[Math.Min(Group, values.Length)..])
        {
            var group = values[..Math.Min(Group, values.Length)];
            var scale = BinaryPrimitives.ReadSingleLittleEndian(bytes[used..]);
            Int8Kernel.Scale(MemoryMarshal.Cast<byte, sbyte>(bytes.Slice(used + ScaleBytes, group.Length)), scale, group);
            used += ScaleBytes + group.Length;
        }

        return used;
    }

    /// <summary>The least float32 that 127 times reaches the largest magnitude.</summary>
    private static float ScaleOf(float largest)
    {
        largest = Math.Abs(largest);
        var scale = largest / Largest;
        return (double)scale * Largest < largest ? float.BitIncrement(scale) : scale;
    }

    private static void Round(ReadOnlySpan<float> group, float scale, Span<sbyte> rounded, SeededRandom noise)
    {
        // In float64, where no rounding of its own adds a bias; 0 over 0 is 0.
        var inverse = scale == 0 ? 0 : 1.0 / scale;
        for (var i = 0; i < group.Length; i += 2)
        {
            var bits = noise.NextUInt64();
            rounded[i] = Round(group[i] * inverse, (uint)bits);
            if (i + 1 < group.Length)
            {
                rounded[i + 1] = Round(group[i + 1] * inverse, (uint)(bits >> 32));
            }
        }
    }

    private static sbyte Round(double steps, uint bits) => (sbyte)Math.Clamp((int)Math.Floor(steps + (bits * Unit)), -Largest, Largest);

    private static string? MistakeIn(ReadOnlySpan<byte> unit)
    {
        var scale = BinaryPrimitives.ReadSingleLittleEndian(unit);
        return !(float.IsFinite(scale * Largest) && scale >= 0)
            ? $"has a scale of {scale}; expected a float32 of at least 0, 127 times which is finite"
            : unit[ScaleBytes..].Contains(unchecked((byte)sbyte.MinValue)) ? "has a value of -128; expected -127 to 127" : null;
    }
}
