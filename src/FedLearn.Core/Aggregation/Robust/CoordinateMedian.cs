namespace FedLearn.Core.Aggregation.Robust;

/// <summary>
/// The coordinate-wise median (Yin et al. 2018, definition 1, option I): of each coordinate the middle one of the n values, of an even n the mean of
/// the two middle ones. Examples do not weigh.
/// </summary>
/// <remarks>
/// Bears f hostile clients of n >= 2f + 1: then every coordinate lies between values of honest clients, whatever the others send.
/// One pass.
/// </remarks>
/// <param name="hostile">f, at least 0.</param>
public sealed class CoordinateMedian(int hostile) : IAggregationRule
{
    private const int Lanes = SortedColumns.Lanes;

    /// <inheritdoc/>
    public CohortBounds Bounds { get; } = new((2 * hostile) + 1, "2 * byzantine + 1", UpdatePieces.MostPlaces);

    /// <inheritdoc/>
    public IBlockAggregation Prepare(IRoundUpdates updates) => ColumnAggregation.OfAll(updates.Count, Fold);

    /// <summary>The medians of sorted columns.</summary>
    internal static void Fold(ReadOnlySpan<float> sorted, Span<double> result)
    {
        var rows = sorted.Length / Lanes;
        var (lower, upper) = ((rows - 1) / 2 * Lanes, rows / 2 * Lanes);
        for (var i = 0; i < Lanes; i++)
        {
            result[i] = ((double)sorted[lower + i] + sorted[upper + i]) / 2;
        }
    }
}
