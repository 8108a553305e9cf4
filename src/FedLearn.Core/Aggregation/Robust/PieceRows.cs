using System.Buffers;

namespace FedLearn.Core.Aggregation.Robust;

/// <summary>The same piece of coordinates of several updates side by side, in one pooled buffer; piece after piece of a block.</summary>
internal sealed class PieceRows : IDisposable
{
    private readonly IUpdateBlock _updates;
    private readonly int[] _members;
    private readonly int _stride;
    private readonly float[] _values;

    /// <summary>Stands before the first piece.</summary>
    /// <param name="updates">The updates at a block, with as many places as there are members.</param>
    /// <param name="members">The numbers of the updates to look at.</param>
    public PieceRows(IUpdateBlock updates, int[] members)
    {
        (_updates, _members, _stride) = (updates, members, UpdatePieces.LengthFor(members.Length));
        _values = ArrayPool<float>.Shared.Rent(members.Length * _stride);
    }

    /// <summary>The piece's first value in the block.</summary>
    public int First { get; private set; }

    /// <summary>The piece's values.</summary>
    public int Length { get; private set; }

    /// <summary>The values of a member.</summary>
    public ReadOnlySpan<float> this[int member] => _values.AsSpan(member * _stride, Length);

    /// <summary>Reads the next piece; false after the last one.</summary>
    public bool Next()
    {
        First += Length;
        if (First == _updates.Length)
        {
            return false;
        }

        for (var k = 0; k < _members.Length; k++)
        {
            var piece = _updates.Read(_members[k], k, First);
            Length = piece.Length;
            piece.CopyTo(_values.AsSpan(k * _stride));
        }

        return true;
    }

    public void Dispose() => ArrayPool<float>.Shared.Return(_values);
}
