using FedLearn.Coordinator.Rounds;
using FedLearn.Proofs.Simulation.Server;

namespace FedLearn.Proofs.Simulation.Bugs;

/// <summary>A store that says that a commit is done, and does it with the next one.</summary>
internal sealed class AcknowledgeBeforeCommit : IPlantedBug
{
    public string Summary => "a receipt is given before the row is durable";

    public SimParts Plant() => new() { Store = (world, process) => new LazyStore(new SimStore(world, process)) };

    private sealed class LazyStore(IRunStore store) : IRunStore
    {
        private readonly List<RunCommit> _waiting = [];

        public CommitOutcome Commit(string runId, IReadOnlyList<RunCommit> commits)
        {
            if (_waiting.Count > 0 && store.Commit(runId, [.. _waiting]) is var outcome and not CommitOutcome.Done)
            {
                return outcome;
            }

            _waiting.Clear();
            _waiting.AddRange(commits);
            return CommitOutcome.Done;
        }

        public CommitOutcome Create(string runId, string name, string specJson, StoredVersion initial, string? by) => store.Create(runId, name, specJson, initial, by);

        public string? FindRunId(string name) => store.FindRunId(name);

        public IReadOnlyList<StoredRun> LoadOpen() => store.LoadOpen();

        public SealedUpdate? FindUpdate(string runId, int round, string clientId) => store.FindUpdate(runId, round, clientId);

        public StoredVersion? FindVersion(string runId, int? number) => store.FindVersion(runId, number);
    }
}
