namespace FedLearn.Benchmarks;

/// <summary>A benchmark cannot run: its arguments are wrong, or something it needs is missing. The message says what to do.</summary>
internal sealed class BenchmarkException(string message) : Exception(message);
