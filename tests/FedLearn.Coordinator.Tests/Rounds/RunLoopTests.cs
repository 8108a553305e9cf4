using System.Collections.Immutable;
using FedLearn.Coordinator.Rounds;
using FedLearn.Core.Rounds;
using FedLearn.Core.Specs;
using FedLearn.Core.Tests.Rounds;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace FedLearn.Coordinator.Tests.Rounds;

public class RunLoopTests
{
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
        var hub = new WatchHub(time);
        hub.Open("c00");
        var stored = new StoredRun("r", RunSpecWriter.Write(spec), new RunState { Spec = spec }, ImmutableSortedDictionary<string, SealedUpdate>.Empty, DateTimeOffset.UnixEpoch);
        return new RunLoop(stored, BusyStore.Initial, new RunServices(
            store, new InstantModels(), hub, new CoordinatorLog(NullLogger<CoordinatorLog>.Instance), time, (why, _) => fatal?.TrySetResult(why)));
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
}
