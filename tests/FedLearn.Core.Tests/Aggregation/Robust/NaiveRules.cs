using FedLearn.Core.Specs;

namespace FedLearn.Core.Tests.Aggregation.Robust;

/// <summary>The rules a second time: one vector, one coordinate, one formula after the other, in float64, as the papers write them.</summary>
internal static class NaiveRules
{
    public static double[] Aggregate(StrategySpec s, double[][] x, double[] w) => s.Kind switch
    {
        "fedavg" => Combine(x, w),
        "median" => Columns(x, Median),
        "trimmedMean" => Columns(x, c => c.Order().Skip(s.Byzantine).Take(c.Length - (2 * s.Byzantine)).Average()),
        "krum" => Best(x, s.Byzantine, 1)[0],
        "multiKrum" => Columns(Best(x, s.Byzantine, s.Keep > 0 ? s.Keep : x.Length - s.Byzantine - 2), c => c.Average()),
        "bulyan" => Columns(Selected(x, s.Byzantine), c => c.OrderBy(v => Math.Abs(v - Median(c))).Take(c.Length - (2 * s.Byzantine)).Average()),
        "geometricMedian" => Weiszfeld(x, w, s.Iterations, s.Smoothing),
        "normClipping" => Combine([.. x.Select(d => Cut(d, s.ClipNorm!.Value))], w),
        _ => throw new ArgumentOutOfRangeException(nameof(s), s.Kind, "no second implementation"),
    };

    public static double Norm(double[] v) => Math.Sqrt(v.Sum(a => a * a));

    public static double Distance(double[] a, double[] b) => Norm([.. a.Zip(b, (p, q) => p - q)]);

    private static double[] Columns(double[][] x, Func<double[], double> fold) => [.. Enumerable.Range(0, x[0].Length).Select(i => fold([.. x.Select(d => d[i])]))];

    private static double[] Combine(double[][] x, double[] factors)
    {
        var total = factors.Sum();
        return [.. Enumerable.Range(0, x[0].Length).Select(i => x.Select((d, k) => factors[k] * d[i]).Sum() / total)];
    }

    private static double[] Cut(double[] delta, double norm)
    {
        var factor = Math.Min(1, norm / Norm(delta));
        return [.. delta.Select(v => factor * v)];
    }

    private static double Median(double[] values)
    {
        var sorted = values.Order().ToArray();
        return values.Length % 2 == 1 ? sorted[values.Length / 2] : (sorted[(values.Length / 2) - 1] + sorted[values.Length / 2]) / 2;
    }

    private static double[][] Best(double[][] x, int f, int count)
    {
        var neighbours = Math.Max(1, x.Length - f - 2);
        return [.. x.Select((d, k) => (d, k))
            .OrderBy(a => x.Where((_, other) => other != a.k).Select(b => Math.Pow(Distance(a.d, b), 2)).Order().Take(neighbours).Sum())
            .Take(count)
            .Select(a => a.d)];
    }

    private static double[][] Selected(double[][] x, int f)
    {
        var (left, selected) = (x.ToList(), new List<double[]>());
        while (selected.Count < x.Length - (2 * f))
        {
            selected.Add(Best([.. left], f, 1)[0]);
            left.Remove(selected[^1]);
        }

        return [.. selected];
    }

    private static double[] Weiszfeld(double[][] x, double[] w, int iterations, double smoothing)
    {
        var v = new double[x[0].Length];
        for (var t = 0; t < iterations; t++)
        {
            v = Combine(x, [.. x.Select((d, k) => w[k] / Math.Max(smoothing, Distance(v, d)))]);
        }

        return v;
    }
}
