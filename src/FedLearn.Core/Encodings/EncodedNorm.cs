using FedLearn.Core.Aggregation;

namespace FedLearn.Core.Encodings;

/// <summary>
/// Checks the bytes of an encoded vector and takes the L2 norm of what they decode to, while they come, in pieces cut anywhere. The same bytes give the
/// same bits however they are cut: squares are summed block by block. Allocates nothing per piece.
/// </summary>
/// <param name="encoding">The vector's encoding.</param>
/// <param name="elements">The vector's values.</param>
/// <param name="name">What a mistake calls the vector.</param>
public sealed class EncodedNorm(IVectorEncoding encoding, long elements, string name = "the update")
{
    private readonly byte[] _unit = new byte[encoding.UnitBytes];
    private SquareSum _squares;
    private double _closedSquares;
    private long _block;
    private int _at;
    private int _next;
    private int _inUnit;

    /// <summary>The vector's encoding.</summary>
    public IVectorEncoding Encoding => encoding;

    /// <summary>The bytes taken so far.</summary>
    public long Length { get; private set; }

    /// <summary>The norm of the values so far; not finite where one of them is not.</summary>
    public double Norm => Math.Sqrt(_closedSquares + _squares.Total);

    /// <summary>The sum of squares of the block that began last, as far as it came.</summary>
    public double BlockSquares => _squares.Total;

    /// <summary>What is wrong with the bytes so far, for their sender, or null. Nothing is taken after it.</summary>
    public string? Mistake { get; private set; }

    /// <summary>Takes the next bytes.</summary>
    public void Append(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty && Mistake is null)
        {
            if (_at == encoding.BytesOf(BlockLength))
            {
                NextBlock();
            }

            bytes = BlockLength > 0 ? Take(bytes) : TooMany();
        }
    }

    private int BlockLength => EncodingLayout.LengthOf(_block, elements);

    /// <summary>Takes bytes of one block, whole units as they lie and cut ones through a buffer, and returns the others.</summary>
    private ReadOnlySpan<byte> Take(ReadOnlySpan<byte> bytes)
    {
        var left = encoding.BytesOf(BlockLength) - _at;
        if (_inUnit == 0 && Whole(Math.Min(bytes.Length, left), left) is > 0 and var whole)
        {
            Measure(bytes[..whole], whole);
            return bytes[whole..];
        }

        var unit = Math.Min(_unit.Length, left + _inUnit);
        var piece = bytes[..Math.Min(unit - _inUnit, bytes.Length)];
        piece.CopyTo(_unit.AsSpan(_inUnit));
        _inUnit += piece.Length;
        Measure(_inUnit == unit ? _unit.AsSpan(0, unit) : [], piece.Length);
        _inUnit = _inUnit == unit ? 0 : _inUnit;
        return bytes[piece.Length..];
    }

    /// <summary>So many of the bytes are whole units; those up to the block's end are.</summary>
    private int Whole(int bytes, int left) => bytes == left ? bytes : bytes / encoding.UnitBytes * encoding.UnitBytes;

    private void Measure(ReadOnlySpan<byte> units, int taken)
    {
        _at += taken;
        Length += taken;
        if (encoding.Measure(units, BlockLength, ref _next, ref _squares) is { } mistake)
        {
            Mistake = $"{name}, before its byte {Length}, {mistake}";
        }
    }

    private void NextBlock()
    {
        _closedSquares += _squares.Total;
        _squares = default;
        (_at, _next) = (0, 0);
        _block++;
    }

    private ReadOnlySpan<byte> TooMany()
    {
        Mistake = $"{name} goes on after byte {Length}; expected no more for {elements} values";
        return [];
    }
}
