namespace FedLearn.Core.Aggregation.Robust;

/// <summary>One number from an update's values at some coordinates and a combination of all updates there.</summary>
internal delegate double StripeMeasure(ReadOnlySpan<float> update, ReadOnlySpan<double> combined);

/// <summary>The part of a pass that compares every update with a weighted sum of all of them, which is known stripe by stripe only.</summary>
internal static class StripeComparison
{
    /// <summary>Adds to each update's sum what this block says of it.</summary>
    /// <param name="updates">The updates at the block, with a place for each.</param>
    /// <param name="weights">The weights of the updates, in canonical order.</param>
    /// <param name="measure">Called once for each update and stripe.</param>
    /// <param name="sums">One for each update.</param>
    public static void Add(IUpdateBlock updates, double[] weights, StripeMeasure measure, Span<double> sums)
    {
        Span<double> combined = stackalloc double[UpdatePieces.Stripe];
        using var rows = new PieceRows(updates, [.. Enumerable.Range(0, weights.Length)]);
        while (rows.Next())
        {
            for (var at = 0; at < rows.Length; at += UpdatePieces.Stripe)
            {
                AddStripe(rows, at, weights, measure, combined[..Math.Min(UpdatePieces.Stripe, rows.Length - at)], sums);
            }
        }
    }

    private static void AddStripe(PieceRows rows, int at, double[] weights, StripeMeasure measure, Span<double> combined, Span<double> sums)
    {
        combined.Clear();
        for (var k = 0; k < weights.Length; k++)
        {
            WeightedMean.Add(combined, rows[k].Slice(at, combined.Length), weights[k]);
        }

        for (var k = 0; k < weights.Length; k++)
        {
            sums[k] += measure(rows[k].Slice(at, combined.Length), combined);
        }
    }
}
