namespace FedLearn.Core.Aggregation.Robust;

/// <summary>
/// The coordinate-wise trimmed mean (Yin et al. 2018, definition 2, option II): of each coordinate the f smallest and the f largest values are left
/// out, and the rest is averaged. The paper's share beta is f / n. Examples do not weigh; f = 0 gives the unweighted mean.
/// </summary>
/// <remarks>
/// Bears f hostile clients of n >= 2f + 1: then every value that is averaged lies between values of honest clients. One pass. Values are
/// added from the smallest to the largest, so that the order of the updates does not matter to the bit.
/// </remarks>
/// <param name="hostile">f, at least 0.</param>
public sealed class TrimmedMean(int hostile) : IAggregationRule
{
    private const int Lanes = SortedColumns.Lanes;

    /// <inheritdoc/>
    public CohortBounds Bounds { get; } = new((2 * hostile) + 1, "2 * byzantine + 1", UpdatePieces.MostPlaces);

    /// <inheritdoc/>
    public IBlockAggregation Prepare(IRoundUpdates updates) => ColumnAggregation.OfAll(updates.Count, Fold);

    private void Fold(ReadOnlySpan<float> sorted, Span<double> result)
    {
        var kept = sorted[(hostile * Lanes)..^(hostile * Lanes)];
        result.Clear();
        for (var at = 0; at < kept.Length; at += Lanes)
        {
            WeightedMean.Add(result, kept.Slice(at, Lanes), 1);
        }

        WeightedMean.Divide(result, kept.Length / Lanes);
    }
}
