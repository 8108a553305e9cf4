using System.Collections.Immutable;
using FedLearn.Core.Specs;

namespace FedLearn.Core.Rounds;

/// <summary>Where a run is.</summary>
public enum RunPhase
{
    /// <summary>No round is open: too few eligible clients, or a pause after a void round.</summary>
    Waiting,

    /// <summary>A round is open and takes updates.</summary>
    Fitting,

    /// <summary>The round takes no more updates; its aggregate is being computed and published.</summary>
    Aggregating,

    /// <summary>The round's version is published and is being evaluated.</summary>
    Evaluating,

    /// <summary>The run is over.</summary>
    Over,
}

/// <summary>How a run ended.</summary>
public enum RunOutcome
{
    /// <summary>A stop rule was met.</summary>
    Completed,

    /// <summary>An operator stopped it.</summary>
    Stopped,

    /// <summary>It could not go on.</summary>
    Failed,
}

/// <summary>Why an update was refused by its round; each has one gRPC status in FedLearn.Protocol.</summary>
public enum Refusal
{
    /// <summary>The run is over.</summary>
    RunOver,

    /// <summary>The round was never opened.</summary>
    UnknownRound,

    /// <summary>The round is closed, void, or past its deadline.</summary>
    RoundClosed,

    /// <summary>The client was not selected for the round.</summary>
    NotInCohort,

    /// <summary>The client gave this round up before.</summary>
    Declined,

    /// <summary>The header names another base version than the round's.</summary>
    StaleBase,

    /// <summary>Another update of this client is already accepted in this round.</summary>
    AnotherAccepted,
}

/// <summary>An update that a round counts.</summary>
/// <param name="Digest">Lower-case hex of the update's digest.</param>
/// <param name="NumExamples">The weight, at least 1.</param>
/// <param name="Loss">The mean training loss that the client reported, or null.</param>
/// <param name="AcceptedUnixMs">When it was accepted, in milliseconds since 1970-01-01 UTC; only the order within a round means anything.</param>
public sealed record AcceptedUpdate(string Digest, long NumExamples, double? Loss, long AcceptedUnixMs = 0);

/// <summary>A client's report on a version.</summary>
/// <param name="NumExamples">The weight, at least 1.</param>
/// <param name="Metrics">Finite numbers by name.</param>
public sealed record EvaluationResultOf(long NumExamples, ImmutableSortedDictionary<string, double> Metrics);

/// <summary>The open round.</summary>
public sealed record RoundState
{
    /// <summary>The round's number, from 1; never reused.</summary>
    public required int Number { get; init; }

    /// <summary>The version that the cohort trains from.</summary>
    public required int BaseVersion { get; init; }

    /// <summary>The selected clients, in canonical order.</summary>
    public required ImmutableSortedSet<string> Cohort { get; init; }

    /// <summary>How many updates close the round.</summary>
    public required int Wanted { get; init; }

    /// <summary>When the current stage began, on the coordinator's monotonic clock.</summary>
    public required TimeSpan StageStarted { get; init; }

    /// <summary>The accepted updates by client id.</summary>
    public ImmutableSortedDictionary<string, AcceptedUpdate> Updates { get; init; } =
        ImmutableSortedDictionary.Create<string, AcceptedUpdate>(StringComparer.Ordinal);

    /// <summary>Who gave the current stage up.</summary>
    public ImmutableSortedSet<string> Declined { get; init; } = ImmutableSortedSet.Create<string>(StringComparer.Ordinal);

    /// <summary>Who evaluates, in the evaluate stage.</summary>
    public ImmutableSortedSet<string> Evaluators { get; init; } = ImmutableSortedSet.Create<string>(StringComparer.Ordinal);

    /// <summary>The reports that came in.</summary>
    public ImmutableSortedDictionary<string, EvaluationResultOf> Reports { get; init; } =
        ImmutableSortedDictionary.Create<string, EvaluationResultOf>(StringComparer.Ordinal);
}

/// <summary>What the stop rule remembers of past evaluations.</summary>
/// <param name="Best">The best value of the patience metric so far, or null before the first evaluation.</param>
/// <param name="SinceBest">Evaluations since then.</param>
public sealed record StopProgress(double? Best, int SinceBest);

/// <summary>The whole state of a run, as <see cref="RunMachine"/> sees it. Immutable.</summary>
public sealed record RunState
{
    /// <summary>The run's spec.</summary>
    public required RunSpec Spec { get; init; }

    /// <summary>Where the run is.</summary>
    public RunPhase Phase { get; init; } = RunPhase.Waiting;

    /// <summary>The number of the last opened round; 0 before the first.</summary>
    public int LastRound { get; init; }

    /// <summary>The newest published version.</summary>
    public int Version { get; init; }

    /// <summary>The open round, or null.</summary>
    public RoundState? Round { get; init; }

    /// <summary>Who may be selected: accepted the run and is online.</summary>
    public ImmutableSortedSet<string> Eligible { get; init; } = ImmutableSortedSet.Create<string>(StringComparer.Ordinal);

    /// <summary>Who accepted the run to evaluate only and is online: never selected for a fit, asked in every evaluation. None of them is in <see cref="Eligible"/>.</summary>
    public ImmutableSortedSet<string> EvaluateOnly { get; init; } = ImmutableSortedSet.Create<string>(StringComparer.Ordinal);

    /// <summary>What selection knows of clients.</summary>
    public SelectionFacts Facts { get; init; } = SelectionFacts.None;

    /// <summary>When the run began, on the coordinator's monotonic clock of this process.</summary>
    public TimeSpan Started { get; init; }

    /// <summary>No round opens before this instant.</summary>
    public TimeSpan NotBefore { get; init; }

    /// <summary>Why no round opens until an operator resumes the run; null where it is not paused. An open round goes on all the same, and so does the wall time.</summary>
    public string? Paused { get; init; }

    /// <summary>Void rounds since the last published one.</summary>
    public int VoidsInARow { get; init; }

    /// <summary>The stop rule's memory.</summary>
    public StopProgress Stop { get; init; } = new(null, 0);

    /// <summary>The best version so far, or null where none was evaluated.</summary>
    public BestModel? Best { get; init; }

    /// <summary>How the run ended, once it is over.</summary>
    public RunOutcome? Outcome { get; init; }
}
