using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using FedLearn.Core.Aggregation;
using FedLearn.Core.Models;

namespace FedLearn.Core.Encodings;

/// <summary>
/// Each value as bfloat16, the upper 16 bits of its float32, rounded to the nearest, of two equally near ones to the even one (Kalamkar et
/// al. 2019): 2 bytes, a relative error of at most 2^-8 for normal numbers.
/// </summary>
public sealed class Bf16Encoding : IVectorEncoding
{
    private const int Lanes = 8;

    /// <inheritdoc/>
    public EncodingKind Kind => EncodingKind.Bf16;

    /// <inheritdoc/>
    public int UnitBytes => sizeof(ushort);

    /// <inheritdoc/>
    public bool IsDense => true;

    /// <inheritdoc/>
    public int BytesOf(int length) => length * sizeof(ushort);

    /// <inheritdoc/>
    public void Encode(ReadOnlySpan<float> block, Span<byte> bytes, SeededRandom noise)
    {
        var halves = MemoryMarshal.Cast<byte, ushort>(bytes[..BytesOf(block.Length)]);
        var bits = MemoryMarshal.Cast<float, uint>(block);
        for (var i = 0; i < bits.Length; i++)
        {
            halves[i] = (ushort)((bits[i] + 0x7FFF + ((bits[i] >> 16) & 1)) >> 16);
        }
    }

    /// <inheritdoc/>
    public string? Measure(ReadOnlySpan<byte> units, int length, ref int next, ref SquareSum squares)
    {
        Span<float> values = stackalloc float[UpdatePieces.Stripe];
        while (!units.IsEmpty)
        {
            var piece = values[..Math.Min(values.Length, units.Length / sizeof(ushort))];
            units = units[Decode(units, next, piece)..];
            squares.Add(piece);
            next += piece.Length;
        }

        return double.IsFinite(squares.Total) ? null : EncodingMistakes.NotFinite;
    }

    /// <inheritdoc/>
    public int Decode(ReadOnlySpan<byte> bytes, int first, Span<float> values)
    {
        var used = bytes[..BytesOf(values.Length)];
        ref var from = ref Unsafe.As<byte, ushort>(ref MemoryMarshal.GetReference(used));
        ref var to = ref Unsafe.As<float, uint>(ref MemoryMarshal.GetReference(values));
        nuint i = 0;
        for (; i + Lanes <= (nuint)values.Length; i += Lanes)
        {
            // Read before it is written: the two may be the same memory.
            var (low, high) = Vector128.Widen(Vector128.LoadUnsafe(ref from, i));
            Vector128.ShiftLeft(low, 16).StoreUnsafe(ref to, i);
            Vector128.ShiftLeft(high, 16).StoreUnsafe(ref to, i + (Lanes / 2));
        }

        for (; i < (nuint)values.Length; i++)
        {
            Unsafe.Add(ref to, i) = (uint)Unsafe.Add(ref from, i) << 16;
        }

        return used.Length;
    }
}
