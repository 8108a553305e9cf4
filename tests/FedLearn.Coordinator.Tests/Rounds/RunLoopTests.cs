using System.Collections.Immutable;
using FedLearn.Coordinator.Models;
using FedLearn.Coordinator.Rounds;
using FedLearn.Core.Rounds;
using FedLearn.Core.Specs;
using FedLearn.Core.Tests.Rounds;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace FedLearn.Coordinator.Tests.Rounds;

public class RunLoopTests
{
    private static readonly StoredVersion Initial = new("r", 0, 0, [0], [], 4, "m");

    [Fact]
    public async Task Commit_StoreBusy_DecidesAnewWhatNobodyWouldBringAgain()
    {
        var store = new BusyStore();
        await using var loop = Loop(store, TestRun.Spec);

        store.Refuse<RunEffect.OpenRound>();
        loop.Post(new RunMessage.Answer("c00", null));
        await store.Refused;
        await Until(loop, state => state.Phase == RunPhase.Fitting);

        store.Refuse<RunEffect.Publish>();
        var update = new SealedUpdate("r", 1, "c00", [1], 1, 1, ImmutableSortedDictionary<string, double>.Empty, 1, 4, "f", DateTimeOffset.UnixEpoch);
        Assert.IsType<RunReply.Accepted>(await loop.AskAsync(new RunEvent.UpdateSealed("c00", 1, 0, new AcceptedUpdate("01", 1, null)), update));
        await store.Refused;
        await Until(loop, state => state.Version == 1);

        Assert.Equal(2, loop.Run.State.LastRound);
        Assert.Single(store.Committed.OfType<RunEffect.Publish>());
    }

    [Fact]
    public async Task Commit_StoreBusy_TellsTheCallerToTryAgainAndKeepsNothingOfIt()
    {
        var store = new BusyStore();
        await using var loop = Loop(store, TestRun.Spec);
        loop.Post(new RunMessage.Answer("c00", null));
        await Until(loop, state => state.Phase == RunPhase.Fitting);

        store.Refuse<RunEffect.EndRun>();
        Assert.IsType<RunReply.Unavailable>(await loop.AskAsync(new RunEvent.StopRequested("by hand")));

        await loop.AskAsync(new RunEvent.Tick());
        Assert.Equal(RunPhase.Fitting, loop.Run.State.Phase);
    }

    [Fact]
    public async Task Timer_WallTimeOfYears_IsNoError()
    {
        var fatal = new TaskCompletionSource<string>();
        var spec = TestRun.Spec with { Stop = new StopSpec { WallSeconds = 1e9 } };
        await using var loop = Loop(new BusyStore(), spec, fatal);

        var answered = loop.AskAsync(new RunEvent.Tick());

        Assert.Same(answered, await Task.WhenAny(answered, fatal.Task));
        await loop.AskAsync(new RunEvent.Tick());
        Assert.False(fatal.Task.IsCompleted);
    }

    private static RunLoop Loop(IRunStore store, RunSpec spec, TaskCompletionSource<string>? fatal = null)
    {
        var time = new FakeTimeProvider();
        var stored = new StoredRun("r", RunSpecWriter.Write(spec), new RunState { Spec = spec }, ImmutableSortedDictionary<string, SealedUpdate>.Empty, DateTimeOffset.UnixEpoch);
        return new RunLoop(stored, Initial, new RunServices(
            store, new InstantModels(), new WatchHub(time), new CoordinatorLog(NullLogger<CoordinatorLog>.Instance), time, (why, _) => fatal?.TrySetResult(why)));
    }

    /// <summary>Asks until it is so; every question also lets the loop take up what a busy store refused.</summary>
    private static async Task Until(RunLoop loop, Func<RunState, bool> condition)
    {
        var changed = loop.Run.Feed.NextChange();
        await loop.AskAsync(new RunEvent.Tick());
        while (!condition(loop.Run.State))
        {
            await changed.WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken);
            changed = loop.Run.Feed.NextChange();
        }
    }

    /// <summary>Keeps effects in memory, and is busy once where the test says so.</summary>
    private sealed class BusyStore : IRunStore
    {
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

        public CommitOutcome Create(string runId, string name, string specJson, StoredVersion initial) => CommitOutcome.Done;

        public string? FindRunId(string name) => null;

        public IReadOnlyList<StoredRun> LoadOpen() => [];

        public SealedUpdate? FindUpdate(string runId, int round, string clientId) => null;

        public StoredVersion? FindVersion(string runId, int? number) => Initial;
    }

    private sealed class InstantModels : IModelStore
    {
        public StoredVersion Initialise(string runId, RunSpec spec, Stream? initial) => Initial;

        public StoredVersion Aggregate(
            string runId, RunSpec spec, StoredVersion baseVersion, int round, IReadOnlyList<SealedUpdate> updates, CancellationToken cancellationToken) =>
            baseVersion with { Number = baseVersion.Number + 1, Round = round };

        public void DropUpdates(string runId, int round)
        {
        }

        public void DropUpdatesExcept(string runId, int? openRound)
        {
        }
    }
}
