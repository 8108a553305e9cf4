using System.Buffers.Binary;
using FedLearn.Core.Aggregation;
using FedLearn.Core.Models;

namespace FedLearn.Core.Encodings;

/// <summary>
/// The largest values by magnitude alone, the others are 0: of a block of n values ceil(share * n), each as its place in the block (uint32)
/// and itself (float32), 8 bytes, in rising order of places. Of equal magnitudes the first ones are taken. Biased: who sends it keeps what
/// was left out and adds it to the next delta (error feedback: Stich et al. 2018, algorithm 1; Karimireddy et al. 2019, algorithm 2).
/// </summary>
/// <remarks>
/// The papers choose among all values, this among each block's. What is left out is at most the share 1 - share of the squares either
/// way, which is all that their proofs ask for.
/// </remarks>
/// <param name="share">The share of the values that is sent, above 0 and at most 1.</param>
public sealed class TopKEncoding(double share) : IVectorEncoding
{
    private const int EntryBytes = sizeof(uint) + sizeof(float);

    /// <inheritdoc/>
    public EncodingKind Kind => EncodingKind.TopK;

    /// <inheritdoc/>
    public int UnitBytes => EntryBytes;

    /// <inheritdoc/>
    public bool IsDense => false;

    /// <inheritdoc/>
    public int BytesOf(int length) => CountOf(length) * EntryBytes;

    /// <inheritdoc/>
    public void Encode(ReadOnlySpan<float> block, Span<byte> bytes, SeededRandom noise)
    {
        var (least, ofLeast) = MagnitudeRank.Find(block, CountOf(block.Length));
        for (var (i, at) = (0, 0); i < block.Length; i++)
        {
            var magnitude = MagnitudeRank.Of(block[i]);
            if (magnitude > least || (magnitude == least && ofLeast-- > 0))
            {
                BinaryPrimitives.WriteUInt32LittleEndian(bytes[at..], (uint)i);
                BinaryPrimitives.WriteSingleLittleEndian(bytes[(at + sizeof(uint))..], block[i]);
                at += EntryBytes;
            }
        }
    }

    /// <inheritdoc/>
    public string? Measure(ReadOnlySpan<byte> units, int length, ref int next, ref SquareSum squares)
    {
        for (; !units.IsEmpty; units = units[EntryBytes..])
        {
            var (place, value) = EntryOf(units);
            if (place < next || place >= length)
            {
                return $"has a place of {place}; expected {next} to {length - 1}, since places rise within their block of {length} values";
            }

            if (!float.IsFinite(value))
            {
                return EncodingMistakes.NotFinite;
            }

            squares.Skip((int)place - next);
            squares.Add([value]);
            next = (int)place + 1;
        }

        return null;
    }

    /// <inheritdoc/>
    public int Decode(ReadOnlySpan<byte> bytes, int first, Span<float> values)
    {
        for (var used = 0; ; used += EntryBytes)
        {
            if (used == bytes.Length || EntryOf(bytes[used..]) is var (place, value) && place >= first + values.Length)
            {
                return used;
            }

            // Places that do not rise are damage, which the block's check tells.
            if (place >= first)
            {
                values[(int)(place - first)] = value;
            }
        }
    }

    private int CountOf(int length) => Math.Min(length, (int)Math.Ceiling(share * length));

    private static (long Place, float Value) EntryOf(ReadOnlySpan<byte> entry) =>
        (BinaryPrimitives.ReadUInt32LittleEndian(entry), BinaryPrimitives.ReadSingleLittleEndian(entry[sizeof(uint)..]));
}
