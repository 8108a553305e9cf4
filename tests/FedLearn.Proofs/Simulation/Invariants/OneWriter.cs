using FedLearn.Coordinator.Rounds;

namespace FedLearn.Proofs.Simulation.Invariants;

/// <summary>I5: once a new process has started, an older one does not write.</summary>
internal sealed class OneWriter : Invariant
{
    public override void OnCommit(int process, RunCommit commit) =>
        Require(process == Ledger.NewestProcess, $"process {process} writes {commit.Effect.GetType().Name} though process {Ledger.NewestProcess} has taken over");
}
