using System.Runtime.InteropServices;
using FedLearn.Core.Aggregation;
using FedLearn.Core.Models;

namespace FedLearn.Core.Encodings;

/// <summary>Each value as float32: 4 bytes, exact.</summary>
public sealed class F32Encoding : IVectorEncoding
{
    /// <inheritdoc/>
    public EncodingKind Kind => EncodingKind.F32;

    /// <inheritdoc/>
    public int UnitBytes => sizeof(float);

    /// <inheritdoc/>
    public bool IsDense => true;

    /// <inheritdoc/>
    public int BytesOf(int length) => length * sizeof(float);

    /// <inheritdoc/>
    public void Encode(ReadOnlySpan<float> block, Span<byte> bytes, SeededRandom noise) => MemoryMarshal.AsBytes(block).CopyTo(bytes);

    /// <inheritdoc/>
    public string? Measure(ReadOnlySpan<byte> units, int length, ref int next, ref SquareSum squares)
    {
        var values = MemoryMarshal.Cast<byte, float>(units);
        squares.Add(values);
        next += values.Length;
        return double.IsFinite(squares.Total) ? null : EncodingMistakes.NotFinite;
    }

    /// <inheritdoc/>
    public int Decode(ReadOnlySpan<byte> bytes, int first, Span<float> values)
    {
        bytes[..BytesOf(values.Length)].CopyTo(MemoryMarshal.AsBytes(values));
        return BytesOf(values.Length);
    }
}
