using FedLearn.Coordinator.Rounds;
using FedLearn.Coordinator.Storage;
using FedLearn.Coordinator.Storage.Rows;
using FedLearn.Proofs.Simulation.Machinery;

namespace FedLearn.Proofs.Simulation.Server;

/// <summary>One process's connection to the database: refuses, dies or does not know in the middle of a commit.</summary>
internal sealed class SimStore(SimWorld world, int process) : IRunStore
{
    public CommitOutcome Commit(string runId, IReadOnlyList<RunCommit> commits)
    {
        var faults = world.Faults;
        if (faults.Happens(Fault.StoreBusy, 0.03))
        {
            return CommitOutcome.Busy;
        }

        if (faults.Happens(Fault.StoreFull, 0.02))
        {
            return CommitOutcome.Full;
        }

        if (faults.Happens(Fault.KilledBeforeCommit, 0.01))
        {
            throw new ProcessDied("before a commit");
        }

        if (faults.Happens(Fault.UnknownAndLost, 0.005))
        {
            throw new UnknownOutcomeException("the sync of a commit failed");
        }

        Apply(runId, commits);
        if (faults.Happens(Fault.KilledAfterCommit, 0.01))
        {
            throw new ProcessDied("after a commit, before anybody heard of it");
        }

        return faults.Happens(Fault.UnknownAndKept, 0.005)
            ? throw new UnknownOutcomeException("the sync of a commit failed, though it is on disk")
            : CommitOutcome.Done;
    }

    public CommitOutcome Create(string runId, string name, string specJson, StoredVersion initial, string? by)
    {
        world.Rows.Run = new RunRow { Id = runId, Name = name, SpecJson = specJson };
        world.Rows.Add(initial);
        world.Ledger.OnCreated(initial);
        return CommitOutcome.Done;
    }

    public string? FindRunId(string name) => world.Rows.Run?.Name == name ? world.Rows.Run.Id : null;

    public IReadOnlyList<StoredRun> LoadOpen() => world.Rows.Run is { Outcome: null } ? [world.Rows.Load()] : [];

    public SealedUpdate? FindUpdate(string runId, int round, string clientId) =>
        world.Rows.FindUpdate(round, clientId) is { } row ? RunStore.FromRow(row) : null;

    public StoredVersion? FindVersion(string runId, int? number) =>
        runId != world.Rows.Run?.Id ? null
        : number is { } n ? world.Rows.Versions.FirstOrDefault(v => v.Number == n)
        : world.Rows.Versions.MaxBy(v => v.Number);

    private void Apply(string runId, IReadOnlyList<RunCommit> commits)
    {
        world.Rows.Apply(runId, commits, world.Clock.GetUtcNow().ToUnixTimeMilliseconds());
        foreach (var commit in commits)
        {
            world.Trace.Add($"p{process} commits {SimText.Of(commit)}");
            world.Ledger.OnCommit(process, commit);
        }
    }
}
