namespace FedLearn.Proofs;

/// <summary>One proof that nothing is lost, found by its name on the command line. It breaks things on purpose and checks the invariants.</summary>
internal interface IProof
{
    /// <summary>The command: a lower-case word.</summary>
    string Name { get; }

    /// <summary>One line that says what is broken and what must hold, with the proof's flags.</summary>
    string Summary { get; }

    /// <summary>Runs the proof, writes what it found to the console, and returns whether everything held.</summary>
    /// <param name="arguments">What followed the name.</param>
    Task<bool> RunAsync(ProofArguments arguments);
}
