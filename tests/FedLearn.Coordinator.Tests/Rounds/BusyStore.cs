using FedLearn.Coordinator.Rounds;
using FedLearn.Core.Rounds;

namespace FedLearn.Coordinator.Tests.Rounds;

/// <summary>Keeps effects in memory, and is busy once where the test says so.</summary>
internal sealed class BusyStore : IRunStore
{
    public static readonly StoredVersion Initial = new("r", 0, 0, [0], [], 4, "m");

    private TaskCompletionSource _refused = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Type? _refuse;

    public List<RunEffect> Committed { get; } = [];

    public Task Refused => _refused.Task.WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken);

    public void Refuse<TEffect>()
        where TEffect : RunEffect
    {
        _refused = new(TaskCreationOptions.RunContinuationsAsynchronously);
        Volatile.Write(ref _refuse, typeof(TEffect));
    }

    public CommitOutcome Commit(string runId, IReadOnlyList<RunCommit> commits)
    {
        if (commits.Any(c => c.Effect.GetType() == Volatile.Read(ref _refuse)))
        {
            Volatile.Write(ref _refuse, null);
            _refused.TrySetResult();
            return CommitOutcome.Busy;
        }

        Committed.AddRange(commits.Select(c => c.Effect));
        return CommitOutcome.Done;
    }

    public CommitOutcome Create(string runId, string name, string specJson, StoredVersion initial, string? by) => CommitOutcome.Done;

    public string? FindRunId(string name) => null;

    public IReadOnlyList<StoredRun> LoadOpen() => [];

    public SealedUpdate? FindUpdate(string runId, int round, string clientId) => null;

    public StoredVersion? FindVersion(string runId, int? number) => Initial;
}
