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
