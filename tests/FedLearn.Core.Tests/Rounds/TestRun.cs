using System.Collections.Immutable;
using FedLearn.Core.Rounds;
using FedLearn.Core.Specs;

namespace FedLearn.Core.Tests.Rounds;

/// <summary>A run under test: its state, its clock, and everything that it decided.</summary>
internal sealed class TestRun
{
    private readonly List<RunEffect> _log = [];

    public TestRun(RunSpec spec, int clients = 0)
    {
        State = new RunState { Spec = spec };
        if (clients > 0)
        {
            Join(clients);
        }
    }

    public RunState State { get; private set; }

    public TimeSpan Now { get; private set; }

    /// <summary>All effects so far.</summary>
    public IReadOnlyList<RunEffect> Log => _log;

    public RoundState Round => State.Round ?? throw new InvalidOperationException($"no round is open; the run is {State.Phase}");

    /// <summary>A spec whose every rule is off or far away, but for what the test sets: three rounds, one update, no evaluation.</summary>
    public static RunSpec Spec { get; } = new()
    {
        Name = "test",
        Model = RunSpecParser.Parse("""
            { "name": "test", "model": { "kind": "custom", "tensors": [ { "name": "w", "shape": [1], "init": { "kind": "zeros" } } ] } }
            """).Spec!.Model,
        Stop = new StopSpec { Rounds = 3 },
        Evaluation = new EvaluationSpec { EveryRounds = 0 },
    };

    /// <summary>The ids c00, c01, ...</summary>
    public static ImmutableSortedSet<string> Clients(int count) =>
        Enumerable.Range(0, count).Select(i => $"c{i:00}").ToImmutableSortedSet(StringComparer.Ordinal);

    public IReadOnlyList<RunEffect> Do(RunEvent happened)
    {
        var decision = RunMachine.Decide(State, happened, Now);
        State = decision.State;
        _log.AddRange(decision.Effects);
        return decision.Effects;
    }

    public IReadOnlyList<RunEffect> Join(int clients) => Do(new RunEvent.EligibleChanged(Clients(clients)));

    /// <summary>Lets time pass without telling the run.</summary>
    public void Pass(double seconds) => Now += TimeSpan.FromSeconds(seconds);

    public IReadOnlyList<RunEffect> TickAfter(double seconds)
    {
        Pass(seconds);
        return Do(new RunEvent.Tick());
    }

    public IReadOnlyList<RunEffect> Send(string client, int? round = null, int? baseVersion = null, string digest = "d1", long examples = 1) =>
        Do(new RunEvent.UpdateSealed(client, round ?? State.LastRound, baseVersion ?? State.Version, new AcceptedUpdate(digest, examples, null)));

    public void SendAll()
    {
        foreach (var client in Round.Cohort)
        {
            Send(client);
        }
    }

    public IReadOnlyList<RunEffect> Decline(string client, RunPhase stage = RunPhase.Fitting) =>
        Do(new RunEvent.StageDeclined(client, State.LastRound, stage));

    public IReadOnlyList<RunEffect> Aggregated() => Do(new RunEvent.AggregateReady(State.LastRound, State.Version + 1));

    public IReadOnlyList<RunEffect> Report(string client, double value = 1, string metric = "loss", long examples = 1, int? round = null) =>
        Do(new RunEvent.EvaluationReported(client, round ?? State.LastRound, Result(examples, (metric, value))));

    public IReadOnlyList<RunEffect> Stop() => Do(new RunEvent.StopRequested("by hand"));

    public IReadOnlyList<RunEffect> Pause(string reason = "") => Do(new RunEvent.PauseRequested("alice", reason));

    public IReadOnlyList<RunEffect> Resume() => Do(new RunEvent.ResumeRequested("bob"));

    /// <summary>A whole round without evaluation: everybody delivers, the aggregate is published.</summary>
    public IReadOnlyList<RunEffect> PlayRound()
    {
        SendAll();
        return Aggregated();
    }

    public static EvaluationResultOf Result(long examples, params (string Metric, double Value)[] metrics) =>
        new(examples, metrics.ToImmutableSortedDictionary(m => m.Metric, m => m.Value, StringComparer.Ordinal));

    public static Refusal RefusalIn(IReadOnlyList<RunEffect> effects) => Assert.IsType<RunEffect.RefuseUpdate>(Assert.Single(effects)).Reason;
}
