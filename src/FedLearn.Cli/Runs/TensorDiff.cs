using FedLearn.Cli.Shell;

namespace FedLearn.Cli.Runs;

/// <summary>How far a tensor, or a whole model, is from what it was.</summary>
/// <param name="Name">The tensor; <see cref="Whole"/> for the model.</param>
/// <param name="Elements">How many values.</param>
/// <param name="Before">The sum of the squares of what it was.</param>
/// <param name="After">The same of what it is.</param>
/// <param name="Between">The same of the difference.</param>
/// <param name="Dot">The inner product of what it was and what it is.</param>
/// <param name="Largest">The largest change of a value.</param>
internal sealed record TensorDiff(string Name, long Elements, double Before, double After, double Between, double Dot, double Largest)
{
    /// <summary>The name of the last line, the whole model.</summary>
    public const string Whole = "(all)";

    /// <summary>L2 norm of what it was.</summary>
    public double Norm => Math.Sqrt(Before);

    /// <summary>L2 norm of the difference.</summary>
    public double DifferenceNorm => Math.Sqrt(Between);

    /// <summary>The difference's norm over the norm of what it was; null where that is 0.</summary>
    public double? Relative => Before > 0 ? DifferenceNorm / Norm : null;

    /// <summary>Cosine between the two; null where one is all zeros.</summary>
    public double? Cosine => Before > 0 && After > 0 ? Dot / Math.Sqrt(Before * After) : null;

    /// <summary>Compares two models with the same tensors; the last is the whole.</summary>
    public static IReadOnlyList<TensorDiff> Of(IReadOnlyDictionary<string, float[]> before, IReadOnlyDictionary<string, float[]> after)
    {
        if (before.Count != after.Count || before.Any(t => !after.TryGetValue(t.Key, out var other) || other.Length != t.Value.Length))
        {
            throw new CliException($"only models of one shape can be compared: one has {Names(before)}, the other {Names(after)}");
        }

        List<TensorDiff> tensors = [.. before.Select(t => Of(t.Key, t.Value, after[t.Key]))];
        tensors.Add(tensors.Aggregate(new TensorDiff(Whole, 0, 0, 0, 0, 0, 0), (sum, t) => new(
            Whole, sum.Elements + t.Elements, sum.Before + t.Before, sum.After + t.After, sum.Between + t.Between, sum.Dot + t.Dot, Math.Max(sum.Largest, t.Largest))));
        return tensors;
    }

    /// <summary>In double, since a model may have very many values.</summary>
    private static TensorDiff Of(string name, float[] before, float[] after)
    {
        double a = 0, b = 0, between = 0, dot = 0, largest = 0;
        for (var i = 0; i < before.Length; i++)
        {
            double x = before[i], y = after[i];
            a += x * x;
            b += y * y;
            between += (y - x) * (y - x);
            dot += x * y;
            largest = Math.Max(largest, Math.Abs(y - x));
        }

        return new(name, before.Length, a, b, between, dot, largest);
    }

    private static string Names(IReadOnlyDictionary<string, float[]> model) => string.Join(", ", model.Select(t => $"{t.Key} ({t.Value.Length})"));
}
