namespace FedLearn.Core.Aggregation;

/// <summary>
/// The linear combination that most rules end in: sum_k factor_k * delta_k / divisor over some of the updates, in canonical order, four
/// fused in one pass over the sum.
/// </summary>
internal sealed class WeightedSum : IBlockAggregation
{
    private const int Fused = 4;

    private readonly int[] _members;
    private readonly double[] _factors;
    private readonly double _divisor;

    private WeightedSum(int updates, int[] members, double[] factors, double divisor)
    {
        (_members, _factors, _divisor) = (members, factors, divisor);
        Dropped = members.Length == updates ? [] : [.. Enumerable.Range(0, updates).Except(members)];
    }

    public int Places => Fused;

    public IReadOnlyList<int> Dropped { get; }

    /// <summary>All updates, each with its factor.</summary>
    public static WeightedSum Of(double[] factors, double divisor) => new(factors.Length, [.. Enumerable.Range(0, factors.Length)], factors, divisor);

    /// <summary>The unweighted mean of some of the updates, at least one.</summary>
    public static WeightedSum MeanOf(IEnumerable<int> members, int updates)
    {
        var inOrder = members.Order().ToArray();
        return new(updates, inOrder, [.. inOrder.Select(_ => 1.0)], inOrder.Length);
    }

    public void Aggregate(IUpdateBlock updates, Span<double> aggregate)
    {
        var next = 0;
        aggregate.Clear();
        for (; next + Fused <= _members.Length; next += Fused)
        {
            AddFour(updates, next, aggregate);
        }

        for (; next < _members.Length; next++)
        {
            for (var at = 0; at < updates.Length;)
            {
                var piece = updates.Read(_members[next], 0, at);
                WeightedMean.Add(aggregate.Slice(at, piece.Length), piece, _factors[next]);
                at += piece.Length;
            }
        }

        WeightedMean.Divide(aggregate, _divisor);
    }

    private void AddFour(IUpdateBlock updates, int first, Span<double> aggregate)
    {
        var members = _members.AsSpan(first, Fused);
        var factors = _factors.AsSpan(first, Fused);
        for (var at = 0; at < updates.Length;)
        {
            var a = updates.Read(members[0], 0, at);
            var b = updates.Read(members[1], 1, at);
            var c = updates.Read(members[2], 2, at);
            var d = updates.Read(members[3], 3, at);
            WeightedMean.Add(aggregate.Slice(at, a.Length), a, b, c, d, factors);
            at += a.Length;
        }
    }
}
