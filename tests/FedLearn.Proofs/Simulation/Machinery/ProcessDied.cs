namespace FedLearn.Proofs.Simulation.Machinery;

/// <summary>The coordinator's process ends here, in the middle of an operation.</summary>
internal sealed class ProcessDied(string where) : Exception($"killed: {where}");
