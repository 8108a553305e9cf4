using System.Globalization;
using FedLearn.Training.Partitioning;

namespace FedLearn.Training.Simulation;

/// <summary>Partitioners by name: <c>iid</c>, <c>shards:2</c>, <c>dirichlet:0.1</c>, <c>quantity:1</c>.</summary>
public static class Partitions
{
    /// <summary>Reads a partitioner; what follows the colon may be left out: 2 shards, alpha 0.1, sigma 1.</summary>
    /// <exception cref="InvalidDataException">There is no such partitioner, or its number is out of bounds.</exception>
    public static IPartitioner Parse(string text)
    {
        var (kind, number) = text.Split(':', 2) is [var name, var value] ? (name, value) : (text, null);
        return (kind, number) switch
        {
            ("iid", null) => new IidPartitioner(),
            ("shards", _) when TryNumber(number, 2, out var shards) && shards is >= 1 and <= 1e6 && shards == Math.Floor(shards) => new LabelShardsPartitioner((int)shards),
            ("dirichlet", _) when TryNumber(number, 0.1, out var alpha) && alpha > 0 => new DirichletPartitioner(alpha),
            ("quantity", _) when TryNumber(number, 1, out var sigma) && sigma >= 0 => new QuantitySkewPartitioner(sigma),
            _ => throw new InvalidDataException(
                $"partition: expected iid, shards:N (N at least 1), dirichlet:ALPHA (above 0) or quantity:SIGMA (at least 0), got '{text}'"),
        };
    }

    private static bool TryNumber(string? text, double fallback, out double number)
    {
        number = fallback;
        return text is null || (double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out number) && double.IsFinite(number));
    }
}
