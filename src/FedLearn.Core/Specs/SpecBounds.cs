using System.Globalization;

namespace FedLearn.Core.Specs;

/// <summary>A range of numbers, in words and as a test.</summary>
internal readonly record struct SpecBounds(double Minimum, double Maximum, bool AboveMinimum = false, bool BelowMaximum = false)
{
    public static SpecBounds AtLeast(double minimum) => new(minimum, double.PositiveInfinity);

    /// <summary>(minimum, maximum]</summary>
    public static SpecBounds Above(double minimum, double maximum) => new(minimum, maximum, AboveMinimum: true);

    public static SpecBounds Between(double minimum, double maximum) => new(minimum, maximum);

    public bool Contains(double value) =>
        (AboveMinimum ? value > Minimum : value >= Minimum) && (BelowMaximum ? value < Maximum : value <= Maximum);

    public override string ToString()
    {
        if (double.IsPositiveInfinity(Maximum))
        {
            return AboveMinimum ? $"above {Text(Minimum)}" : $"of at least {Text(Minimum)}";
        }

        return AboveMinimum || BelowMaximum
            ? $"{(AboveMinimum ? "above" : "of at least")} {Text(Minimum)} and {(BelowMaximum ? "below" : "at most")} {Text(Maximum)}"
            : $"from {Text(Minimum)} to {Text(Maximum)}";
    }

    private static string Text(double value) => value.ToString("#,0.############", CultureInfo.InvariantCulture);
}
