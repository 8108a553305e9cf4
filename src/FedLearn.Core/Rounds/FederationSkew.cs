namespace FedLearn.Core.Rounds;

/// <summary>How unlike the training sets of a federation are, as far as its clients say.</summary>
/// <param name="Clients">The clients that reported, at least 1.</param>
/// <param name="Examples">Their examples together.</param>
/// <param name="LargestOverMedian">The largest set over the median one, at least 1.</param>
/// <param name="Gini">sum_ij |n_i - n_j| / (2 N sum n) over the N sizes (Gini 1912): 0 where all are alike, to 1 - 1 / N where one has everything.</param>
/// <param name="LabelClients">The clients that reported labels.</param>
/// <param name="LabelDistance">
/// The mean, over the clients that reported labels, of the total-variation distance of a client's labels from those of all these clients
/// together, 1/2 sum_c |p_k(c) - p(c)|: 0 where all have the same mix, towards 1 where each has its own labels. Null where nobody reported any.
/// </param>
public sealed record FederationSkew(int Clients, long Examples, double LargestOverMedian, double Gini, int LabelClients, double? LabelDistance)
{
    /// <summary>Takes the reports together, or null where there are none.</summary>
    public static FederationSkew? Of(IEnumerable<DataReport> reports)
    {
        var all = reports.ToList();
        if (all.Count == 0)
        {
            return null;
        }

        var sizes = all.Select(r => (double)r.Examples).Order().ToArray();
        var withLabels = all.Where(r => r.Labels.Length > 0).ToList();
        return new(
            sizes.Length,
            all.Sum(r => r.Examples),
            sizes[^1] / Median(sizes),
            GiniOf(sizes),
            withLabels.Count,
            withLabels.Count > 0 ? DistanceOf(withLabels) : null);
    }

    private static double Median(double[] sorted) => (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;

    /// <summary>The double sum over sorted sizes: the i-th of N, from 1, stands in it 2 i - N - 1 times.</summary>
    private static double GiniOf(double[] sorted) =>
        sorted.Select((n, i) => ((2.0 * (i + 1)) - sorted.Length - 1) * n).Sum() / (sorted.Length * sorted.Sum());

    private static double DistanceOf(List<DataReport> reports)
    {
        var union = new double[reports.Max(r => r.Labels.Length)];
        foreach (var report in reports)
        {
            for (var label = 0; label < report.Labels.Length; label++)
            {
                union[label] += report.Labels[label];
            }
        }

        var total = union.Sum();
        return reports.Average(r => union.Select((n, label) => Math.Abs(Share(r, label) - (n / total))).Sum() / 2);
    }

    private static double Share(DataReport report, int label) =>
        label < report.Labels.Length ? (double)report.Labels[label] / report.Examples : 0;
}
