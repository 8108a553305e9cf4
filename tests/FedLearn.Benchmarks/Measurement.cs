namespace FedLearn.Benchmarks;

/// <summary>One measured number.</summary>
/// <param name="Name">What was measured; stable, since scripts read it.</param>
/// <param name="Value">The number.</param>
/// <param name="Unit">Its unit, such as <c>GB/s</c>; <c>x</c> for a ratio.</param>
/// <param name="Target">The bar: the least value asked for (the greatest where <see cref="AtMost"/>), or null where none is.</param>
internal sealed record Measurement(string Name, double Value, string Unit, double? Target = null)
{
    /// <summary>Whether less is better: the value must not exceed the target. Default false.</summary>
    public bool AtMost { get; init; }

    /// <summary>What is aimed at beyond the target, or null.</summary>
    public double? Reach { get; init; }

    /// <summary>Whether the value is the same on a noisy machine, so that a gate takes the target as it stands. Default false.</summary>
    public bool Steady { get; init; }

    /// <summary>The two figures that the value is the ratio of, or null where it stands alone.</summary>
    public Comparison? Comparison { get; init; }

    /// <summary>Whether the value reaches its target; true where there is none.</summary>
    public bool Met => Target is not { } target || (AtMost ? Value <= target : Value >= target);
}

/// <summary>Two figures of one run.</summary>
/// <param name="Own">What this repository's code did.</param>
/// <param name="Yardstick">What it is compared with did.</param>
/// <param name="Unit">The unit of both.</param>
/// <param name="Against">What the yardstick is, for a person.</param>
internal sealed record Comparison(double Own, double Yardstick, string Unit, string Against);
