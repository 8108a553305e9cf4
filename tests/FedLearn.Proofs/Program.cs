using FedLearn.Proofs;
using FedLearn.Proofs.Crash;
using FedLearn.Proofs.Fuzz;
using FedLearn.Proofs.Hostile;
using FedLearn.Proofs.Networks;
using FedLearn.Proofs.PowerLoss;
using FedLearn.Proofs.Simulation;

// One class per proof; a new one is added to this list.
IProof[] proofs = [new SimulateProof(), new CrashProof(), new NetworksProof(), new PowerProof(), new FuzzProof(), new HostileProof()];

if (args is not [var name, .. var rest] || proofs.SingleOrDefault(p => p.Name == name) is not { } proof)
{
    Console.Error.WriteLine("usage: FedLearn.Proofs NAME [FLAGS]   (0: everything held, 1: something did not, 2: usage)");
    foreach (var known in proofs)
    {
        Console.Error.WriteLine($"  {known.Name,-10} {known.Summary}");
    }

    return 2;
}

return await proof.RunAsync(new ProofArguments(rest)) ? 0 : 1;
