namespace FedLearn.Benchmarks;

/// <summary>One benchmark, found by its name on the command line. What it compares is measured in the same run.</summary>
internal interface IBenchmark
{
    /// <summary>The command: a lower-case word.</summary>
    string Name { get; }

    /// <summary>One line that says what is measured, against what.</summary>
    string Summary { get; }

    /// <summary>Measures.</summary>
    /// <param name="arguments">What followed the name, without <c>--json</c>.</param>
    IReadOnlyList<Measurement> Run(IReadOnlyList<string> arguments);
}

/// <summary>One measured number.</summary>
/// <param name="Name">What was measured; stable, since scripts read it.</param>
/// <param name="Value">The number.</param>
/// <param name="Unit">Its unit, such as <c>GB/s</c>; <c>x</c> for a ratio.</param>
/// <param name="Target">The least value asked for, or null where none is.</param>
internal sealed record Measurement(string Name, double Value, string Unit, double? Target = null)
{
    /// <summary>Whether the value reaches its target; true where there is none.</summary>
    public bool Met => Target is not { } target || Value >= target;
}
