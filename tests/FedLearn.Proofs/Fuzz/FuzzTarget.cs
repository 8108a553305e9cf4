namespace FedLearn.Proofs.Fuzz;

/// <summary>A decoder of bytes from outside.</summary>
/// <param name="Name">Its name on the command line.</param>
/// <param name="Seeds">Valid inputs, which are mutated.</param>
/// <param name="Run">
/// Decodes, and says what came of it: the same text for inputs that went the same way, such as the error without its numbers. It throws
/// where something is wrong with the decoder: any exception but those that its documentation names, which it catches itself.
/// </param>
internal sealed record FuzzTarget(string Name, IReadOnlyList<byte[]> Seeds, Func<byte[], string> Run)
{
    /// <summary>Each input goes through a file, which takes longer: a tenth of the executions.</summary>
    public bool ReadsFiles { get; init; }
}
