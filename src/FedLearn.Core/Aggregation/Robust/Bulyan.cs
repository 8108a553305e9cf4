namespace FedLearn.Core.Aggregation.Robust;

/// <summary>
/// Bulyan over Krum (El Mhamdi et al. 2018): n - 2f times the update that <see cref="Krum"/> prefers is selected and taken out; then
/// of each coordinate the n - 4f values nearest to the median of the selected ones are averaged. Examples do not weigh.
/// </summary>
/// <remarks>
/// Bears f hostile clients of n >= 4f + 3, and unlike Krum bounds what they do to a single coordinate of many. When fewer than f + 3
/// updates are left to select from, Krum's m - f - 2 neighbours are taken to be one. Two passes: the distances of all pairs, then the averages.
/// </remarks>
/// <param name="hostile">f, at least 0.</param>
public sealed class Bulyan(int hostile) : IAggregationRule
{
    private const int Lanes = SortedColumns.Lanes;

    /// <inheritdoc/>
    public CohortBounds Bounds { get; } = new((4 * hostile) + 3, "4 * byzantine + 3", PairwiseDistances.MostUpdates);

    /// <inheritdoc/>
    public IBlockAggregation Prepare(IRoundUpdates updates)
    {
        var scores = new KrumScores(PairwiseDistances.Of(updates), hostile);
        var selected = Enumerable.Range(0, updates.Count - (2 * hostile)).Select(_ => scores.Take()).ToArray();
        return new ColumnAggregation(updates.Count, [.. selected.Order()], Fold);
    }

    private void Fold(ReadOnlySpan<float> sorted, Span<double> result)
    {
        CoordinateMedian.Fold(sorted, result);
        for (var lane = 0; lane < Lanes; lane++)
        {
            result[lane] = MeanAround(result[lane], sorted[lane..]);
        }
    }

    /// <summary>The values nearest to the median stand together in a sorted column: a window is moved up while that brings nearer ones.</summary>
    private double MeanAround(double median, ReadOnlySpan<float> column)
    {
        var count = (column.Length + Lanes - 1) / Lanes;
        var kept = count - (2 * hostile);
        var first = 0;
        while (first + kept < count && median - column[first * Lanes] > column[(first + kept) * Lanes] - median)
        {
            first++;
        }

        var sum = 0.0;
        for (var i = first; i < first + kept; i++)
        {
            sum += column[i * Lanes];
        }

        return sum / kept;
    }
}
