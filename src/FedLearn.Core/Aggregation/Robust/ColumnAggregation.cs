using System.Buffers;

namespace FedLearn.Core.Aggregation.Robust;

/// <summary>Computes one aggregated value for each of <see cref="SortedColumns.Lanes"/> coordinates.</summary>
/// <param name="sorted">Rows of that many coordinates, one row an update; each column is sorted, smallest value first.</param>
/// <param name="result">Receives a value for each coordinate.</param>
internal delegate void ColumnFold(ReadOnlySpan<float> sorted, Span<double> result);

/// <summary>A rule that looks at each coordinate by itself, at all its values at once: in pieces of coordinates across all updates.</summary>
/// <param name="updates">The number of updates of the round.</param>
/// <param name="members">The updates that take part, by number.</param>
/// <param name="fold">Makes one value of a coordinate's sorted ones.</param>
internal sealed class ColumnAggregation(int updates, int[] members, ColumnFold fold) : IBlockAggregation
{
    public int Places => members.Length;

    public IReadOnlyList<int> Dropped { get; } = [.. Enumerable.Range(0, updates).Except(members)];

    /// <summary>All updates of a round.</summary>
    public static ColumnAggregation OfAll(int updates, ColumnFold fold) => new(updates, [.. Enumerable.Range(0, updates)], fold);

    public void Aggregate(IUpdateBlock updates, Span<double> aggregate)
    {
        var matrix = ArrayPool<float>.Shared.Rent(members.Length * SortedColumns.Lanes);
        var columns = matrix.AsSpan(0, members.Length * SortedColumns.Lanes);
        columns.Clear();
        using var rows = new PieceRows(updates, members);
        while (rows.Next())
        {
            for (var at = 0; at < rows.Length; at += SortedColumns.Lanes)
            {
                FoldColumns(rows, at, columns, aggregate[(rows.First + at)..]);
            }
        }

        ArrayPool<float>.Shared.Return(matrix);
    }

    private void FoldColumns(PieceRows rows, int at, Span<float> columns, Span<double> aggregate)
    {
        var width = Math.Min(SortedColumns.Lanes, rows.Length - at);
        for (var k = 0; k < members.Length; k++)
        {
            rows[k].Slice(at, width).CopyTo(columns[(k * SortedColumns.Lanes)..]);
        }

        Span<double> result = stackalloc double[SortedColumns.Lanes];
        SortedColumns.Sort(columns);
        fold(columns, result);
        result[..width].CopyTo(aggregate);
    }
}
