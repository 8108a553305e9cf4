namespace FedLearn.Core.Aggregation.Robust;

/// <summary>The squared distances of all pairs of a round's updates: one pass, n (n - 1) / 2 numbers.</summary>
internal sealed class PairwiseDistances
{
    /// <summary>The most updates: 4 MB of distances for each thread.</summary>
    public const int MostUpdates = 1000;

    private readonly double[] _pairs;
    private readonly int _count;

    private PairwiseDistances(double[] pairs, int count) => (_pairs, _count) = (pairs, count);

    /// <summary>The number of updates.</summary>
    public int Count => _count;

    /// <summary>The squared distance of two different updates.</summary>
    public double this[int a, int b] => _pairs[Pair(Math.Min(a, b), Math.Max(a, b), _count)];

    /// <summary>Takes the distances.</summary>
    public static PairwiseDistances Of(IRoundUpdates updates)
    {
        var all = Enumerable.Range(0, updates.Count).ToArray();
        return new(updates.Sum(all.Length * (all.Length - 1) / 2, all.Length, (block, sums) => Measure(block, all, sums)), all.Length);
    }

    private static void Measure(IUpdateBlock updates, int[] all, Span<double> sums)
    {
        using var rows = new PieceRows(updates, all);
        while (rows.Next())
        {
            // Stripe by stripe, so that all updates' values stay in the cache while every pair is taken.
            for (var at = 0; at < rows.Length; at += UpdatePieces.Stripe)
            {
                AddStripe(rows, at, all.Length, sums);
            }
        }
    }

    private static void AddStripe(PieceRows rows, int at, int count, Span<double> sums)
    {
        var (length, pair) = (Math.Min(UpdatePieces.Stripe, rows.Length - at), 0);
        for (var a = 0; a < count; a++)
        {
            var values = rows[a].Slice(at, length);
            for (var b = a + 1; b < count; b++)
            {
                sums[pair++] += Distance.Squared(values, rows[b].Slice(at, length));
            }
        }
    }

    private static int Pair(int a, int b, int count) => (a * ((2 * count) - a - 1) / 2) + b - a - 1;
}
