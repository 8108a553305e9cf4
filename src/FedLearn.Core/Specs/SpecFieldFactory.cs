namespace FedLearn.Core.Specs;

// How the table's rows are made; the table itself is SpecFields.cs.
public static partial class SpecFields
{
    private const string MetricName = "1 to 100 characters";

    private static SpecField Integer(
        string path, SpecBounds bounds, string doc, Func<RunSpec, long> get, Func<RunSpec, long, RunSpec> with, string unit = "", string zero = "", string? words = null) =>
        new(path, SpecType.Whole, words ?? bounds.ToString(), doc, v => bounds.Contains((long)v), s => get(s), (s, v) => with(s, (long)v)) { Unit = unit, ZeroMeans = zero };

    private static SpecField Optional(
        string path, SpecBounds bounds, string doc, Func<RunSpec, long?> get, Func<RunSpec, long, RunSpec> with, string unit = "") =>
        new(path, SpecType.Whole, bounds.ToString(), doc, v => bounds.Contains((long)v), s => get(s), (s, v) => with(s, (long)v)) { Unit = unit };

    private static SpecField Number(
        string path, SpecBounds bounds, string doc, Func<RunSpec, double?> get, Func<RunSpec, double, RunSpec> with, string unit = "", string zero = "", string? words = null) =>
        new(path, SpecType.Number, words ?? bounds.ToString(), doc, v => bounds.Contains((double)v), s => get(s), (s, v) => with(s, (double)v)) { Unit = unit, ZeroMeans = zero };

    private static SpecField Text(
        string path, string bounds, Func<string, bool> accepts, string doc, Func<RunSpec, string?> get, Func<RunSpec, string, RunSpec> with, bool required = false) =>
        new(path, SpecType.Text, bounds, doc, v => accepts((string)v), get, (s, v) => with(s, (string)v)) { Required = required };

    /// <summary>The target so far: either of its two fields may come first. A value that never comes is a mistake of its own.</summary>
    private static TargetSpec Target(RunSpec spec) => spec.Stop.Target ?? new TargetSpec("accuracy", double.NaN);

    private static bool IsIdentifier(string text) =>
        text.Length is >= 1 and <= 63 && text.All(c => c is >= 'a' and <= 'z' or >= '0' and <= '9' or '-');

    private static bool IsPatterns(string text) => NamePatterns.Split(text).All(p => p.Length is >= 1 and <= 200 && !p.Any(char.IsControl));

    private static bool IsMetric(string text) => text.Length is >= 1 and <= 100 && !text.Any(char.IsControl);

    private static bool IsSha256(string text) => text.Length == 64 && text.All(c => c is >= '0' and <= '9' or >= 'a' and <= 'f');
}
