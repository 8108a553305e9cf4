using FedLearn.Core.Aggregation;
using FedLearn.Core.Models;

namespace FedLearn.Core.Encodings;

/// <summary>What an encoding is called in a spec and on the wire.</summary>
public enum EncodingKind
{
    /// <summary>float32 as it is: exact.</summary>
    F32,

    /// <summary>The upper half of a float32.</summary>
    Bf16,

    /// <summary>8 bits a value and a scale for 1,024 of them, rounded without bias.</summary>
    Int8Scaled,

    /// <summary>The largest values alone.</summary>
    TopK,
}

/// <summary>
/// How the values of a vector become bytes and back. A vector is cut into blocks of <see cref="UpdatePieces.Block"/> values, the last one
/// shorter; each is encoded by itself, and how many bytes it takes follows from its length alone. So every block can be found and decoded
/// without the others. All numbers are little-endian.
/// </summary>
/// <remarks>Holds settings and no state. docs/encodings.md has the layouts and where they are from.</remarks>
public interface IVectorEncoding
{
    /// <summary>Which one it is.</summary>
    EncodingKind Kind { get; }

    /// <summary>Bytes that are only understood together; the last unit of a block may be shorter.</summary>
    int UnitBytes { get; }

    /// <summary>
    /// The bytes of a block. Where <see cref="IsDense"/>, also those of the first values of a longer one, if their number is a multiple of
    /// <see cref="UpdatePieces.Stripe"/>.
    /// </summary>
    /// <param name="length">The block's values, 0 to <see cref="UpdatePieces.Block"/>.</param>
    int BytesOf(int length);

    /// <summary>Whether every value has its bytes, so that where they lie follows from its place.</summary>
    bool IsDense { get; }

    /// <summary>Encodes a block of finite values.</summary>
    /// <param name="block">The block's values.</param>
    /// <param name="bytes">Receives <see cref="BytesOf"/> bytes.</param>
    /// <param name="noise">What random rounding is drawn from; the same draws give the same bytes.</param>
    void Encode(ReadOnlySpan<float> block, Span<byte> bytes, SeededRandom noise);

    /// <summary>Checks the next units of a block and adds the squares of the values that they decode to.</summary>
    /// <param name="units">Whole units.</param>
    /// <param name="length">The block's values.</param>
    /// <param name="next">The block's first value that these units may speak of; 0 at its start, moved on by the call.</param>
    /// <param name="squares">Takes the values in order; fresh at the block's start.</param>
    /// <returns>What is wrong with them, with what was expected, or null.</returns>
    string? Measure(ReadOnlySpan<byte> units, int length, ref int next, ref SquareSum squares);

    /// <summary>Decodes a piece of a block that was measured before. Whatever the bytes are, nothing outside the piece is written.</summary>
    /// <param name="bytes">
    /// Where <see cref="IsDense"/> the piece's bytes, which may share memory with its values if they end no earlier. Otherwise the block's
    /// next bytes, in whole units, as many as one likes; no byte is left out between calls.
    /// </param>
    /// <param name="first">The piece's first value: a multiple of <see cref="UpdatePieces.Stripe"/>.</param>
    /// <param name="values">Where <see cref="IsDense"/> receives the piece; otherwise zeros, or what earlier calls for this piece left.</param>
    /// <returns>The bytes used; fewer than all where the rest speaks of later pieces.</returns>
    int Decode(ReadOnlySpan<byte> bytes, int first, Span<float> values);
}
