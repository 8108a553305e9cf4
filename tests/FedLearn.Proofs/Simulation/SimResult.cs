using FedLearn.Proofs.Simulation.Machinery;

namespace FedLearn.Proofs.Simulation;

/// <summary>What came of one seed.</summary>
/// <param name="Seed">The seed.</param>
/// <param name="Broken">What does not hold, or null.</param>
/// <param name="Hash">The trace's hash.</param>
/// <param name="Steps">Steps done.</param>
/// <param name="Trace">The last lines of the trace.</param>
/// <param name="Coverage">What it did.</param>
internal sealed record SimResult(ulong Seed, string? Broken, ulong Hash, long Steps, IReadOnlyCollection<string> Trace, Coverage Coverage);
