using FedLearn.Coordinator.Rounds;
using FedLearn.Protocol.V1;

namespace FedLearn.Proofs.Simulation.Invariants;

/// <summary>Something that must hold whatever breaks. Each watches what becomes durable and what is said, and trusts neither.</summary>
internal abstract class Invariant
{
    /// <summary>Its name, as failures say it.</summary>
    public string Name => GetType().Name;

    /// <summary>What happened so far.</summary>
    public required SimWorld World { protected get; init; }

    protected Ledger Ledger => World.Ledger;

    /// <summary>A commit became durable; the ledger does not have it yet.</summary>
    public virtual void OnCommit(int process, RunCommit commit)
    {
    }

    /// <summary>The coordinator acknowledges an update.</summary>
    public virtual void OnReceipt(Receipt receipt)
    {
    }

    /// <summary>After every step in which something became durable or was said.</summary>
    public virtual void AfterStep()
    {
    }

    protected void Require(bool holds, string otherwise)
    {
        if (!holds)
        {
            throw new InvariantBrokenException(Name, otherwise);
        }
    }
}

/// <summary>An invariant does not hold.</summary>
internal sealed class InvariantBrokenException(string invariant, string what) : Exception($"{invariant}: {what}")
{
    public string Invariant { get; } = invariant;
}
