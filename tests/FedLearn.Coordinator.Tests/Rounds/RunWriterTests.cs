using System.Collections.Immutable;
using FedLearn.Coordinator.Rounds;
using FedLearn.Core.Rounds;
using FedLearn.Core.Specs;
using FedLearn.Core.Tests.Rounds;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace FedLearn.Coordinator.Tests.Rounds;

public sealed class RunWriterTests : IAsyncDisposable
{
    private readonly BusyStore _store = new();
    private readonly FakeTimeProvider _time = new();
    private readonly WatchHub _hub;
    private readonly WatchSession _session;
    private readonly List<Action> _background = [];
    private readonly List<RunMessage> _posted = [];
    private readonly RunWriter _writer;

    public RunWriterTests()
    {
        _hub = new WatchHub(_time);
        _session = _hub.Open("c00");
        var spec = TestRun.Spec with { Stop = new StopSpec { WallSeconds = 1000 } };
        var stored = new StoredRun("r", RunSpecWriter.Write(spec), new RunState { Spec = spec }, ImmutableSortedDictionary<string, SealedUpdate>.Empty, DateTimeOffset.UnixEpoch);
        var services = new RunServices(
            _store, new InstantModels(), _hub, new CoordinatorLog(NullLogger<CoordinatorLog>.Instance), _time, (why, e) => throw new InvalidOperationException(why, e))
        {
            InBackground = InBackground,
        };
        _writer = new RunWriter(stored, BusyStore.Initial, services, message => _posted.Add(message));
    }

    public ValueTask DisposeAsync() => _writer.DisposeAsync();

    [Fact]
    public void Take_RefusedBeforeAnAttach_IsTriedAgainWithinASecondNotAtTheNextDeadline()
    {
        _store.Refuse<RunEffect.OpenRound>();

        var next = _writer.Take([new RunMessage.Answer("c00", null), new RunMessage.Attach(_session, new TaskCompletionSource())]);

        Assert.Equal(TimeSpan.FromSeconds(1), next);
        Assert.Equal(TimeSpan.FromSeconds(600), _writer.Take([RunWriter.Tick]));
        Assert.Equal(RunPhase.Fitting, _writer.Run.State.Phase);
    }

    [Fact]
    public void Take_AcceptedUpdate_IsKnownWithItsReceiptBeforeAnybodyHearsOfIt()
    {
        var reply = new TaskCompletionSource<RunReply>();
        var update = new SealedUpdate("r", 1, "c00", [1], 1, 1, ImmutableSortedDictionary<string, double>.Empty, 1, 4, "f", DateTimeOffset.UnixEpoch);

        _writer.Take([new RunMessage.Answer("c00", null), new RunMessage.Happened(new RunEvent.UpdateSealed("c00", 1, 0, new AcceptedUpdate("01", 1, null)), reply, update)]);

        Assert.True(reply.Task.IsCompletedSuccessfully);
        Assert.Same(update, _writer.Run.Updates.ByClient["c00"]);
        Assert.Empty(_posted);
        Assert.Single(_background)();
        Assert.IsType<RunEvent.AggregateReady>(Assert.IsType<RunMessage.Happened>(Assert.Single(_posted)).Event);
    }

    [Fact]
    public void Take_AnswerReadAfterItsClientWentAway_SelectsNobody()
    {
        Assert.True(_hub.Close(_session));

        _writer.Take([new RunMessage.Gone("c00"), new RunMessage.Answer("c00", null)]);

        Assert.Equal(RunPhase.Waiting, _writer.Run.State.Phase);
        Assert.Empty(_writer.Run.State.Eligible);
    }

    [Fact]
    public void Take_WordOfALeaveThatComesAfterTheReturn_DoesNotUnselectTheClient()
    {
        Assert.True(_hub.Close(_session));
        _hub.Open("c00");

        _writer.Take([new RunMessage.Answer("c00", null), new RunMessage.Gone("c00")]);

        Assert.Equal(["c00"], _writer.Run.State.Eligible);
    }

    [Fact]
    public void Take_ClientLeavesWhileTheStoreRefuses_IsNotSelectedByTheRetry()
    {
        var second = _hub.Open("c01");
        _store.Refuse<RunEffect.OpenRound>();
        _writer.Take([new RunMessage.Answer("c00", null), new RunMessage.Answer("c01", null)]);
        _store.Refuse<RunEffect.OpenRound>();
        _hub.Close(second);
        _writer.Take([new RunMessage.Gone("c01")]);

        _writer.Take([RunWriter.Tick]);

        Assert.Equal(["c00"], _writer.Run.State.Round!.Cohort);
    }

    [Fact]
    public void Take_AnswersWithExamples_AreKnownToTheStateUntilTheClientGoes()
    {
        _hub.Open("c01");
        _store.Refuse<RunEffect.OpenRound>();

        _writer.Take([new RunMessage.Answer("c00", null, 7), new RunMessage.Answer("c01", null, 5)]);
        Assert.Empty(_writer.Run.State.Facts.Announced);
        _writer.Take([new RunMessage.Answer("c01", null)]);
        Assert.Equal([KeyValuePair.Create("c00", 7L)], _writer.Run.State.Facts.Announced);
        _hub.Close(_session);
        _writer.Take([new RunMessage.Gone("c00")]);
        Assert.Empty(_writer.Run.State.Facts.Announced);
    }

    [Fact]
    public void Take_AnswersOfOneClient_TheLastSaysWhetherItTrains()
    {
        var session = _hub.Open("c01");
        _writer.Take([new RunMessage.Answer("c01", null, 7) { EvaluateOnly = true }]);
        Assert.Equal(RunPhase.Waiting, _writer.Run.State.Phase);
        Assert.Equal(["c01"], _writer.Run.State.EvaluateOnly);

        _writer.Take([new RunMessage.Answer("c01", null, 7)]);
        Assert.Equal(["c01"], _writer.Run.State.Round!.Cohort);
        Assert.Empty(_writer.Run.State.EvaluateOnly);

        _writer.Take([new RunMessage.Answer("c01", null) { EvaluateOnly = true }]);
        Assert.Empty(_writer.Run.State.Eligible);
        Assert.Empty(_writer.Run.State.Facts.Announced);
        Assert.Equal(["c01"], _writer.Run.State.EvaluateOnly);

        _hub.Close(session);
        _writer.Take([new RunMessage.Gone("c01")]);
        Assert.Empty(_writer.Run.State.EvaluateOnly);
    }

    private Task InBackground(Action work)
    {
        _background.Add(work);
        return Task.CompletedTask;
    }
}
