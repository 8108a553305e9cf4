using System.Collections.Immutable;

namespace FedLearn.Core.Rounds;

/// <summary>Something that happened to a run. <see cref="RunMachine.Decide"/> says what follows from it.</summary>
public abstract record RunEvent
{
    /// <summary>The clients that may be selected are now these, and this is what they announce (see <see cref="SelectionFacts.Announced"/>); null = nothing.</summary>
    public sealed record EligibleChanged(ImmutableSortedSet<string> Eligible, ImmutableSortedDictionary<string, long>? Announced = null) : RunEvent
    {
        /// <summary>The clients that only evaluate are now these; none of them is eligible.</summary>
        public ImmutableSortedSet<string> EvaluateOnly { get; init; } = ImmutableSortedSet.Create<string>(StringComparer.Ordinal);
    }

    /// <summary>A client's update lies on disk, complete and verified.</summary>
    public sealed record UpdateSealed(string ClientId, int Round, int BaseVersion, AcceptedUpdate Update) : RunEvent;

    /// <summary>A client's update was refused by its header or its bytes, before it could be one of the round's.</summary>
    public sealed record UpdateRejected(string ClientId, int Round, string Reason) : RunEvent;

    /// <summary>A client gives a round's current stage up.</summary>
    public sealed record StageDeclined(string ClientId, int Round, RunPhase Stage) : RunEvent;

    /// <summary>The round's aggregate is computed and its file durable, but nobody can see it yet.</summary>
    public sealed record AggregateReady(int Round, int Version) : RunEvent;

    /// <summary>The round's aggregate could not be computed; its reason names the damaged update, if any.</summary>
    public sealed record AggregationFailed(int Round, string Reason) : RunEvent;

    /// <summary>A client's report on the version under evaluation.</summary>
    public sealed record EvaluationReported(string ClientId, int Round, EvaluationResultOf Result) : RunEvent;

    /// <summary>An operator ends the run.</summary>
    public sealed record StopRequested(string Reason) : RunEvent;

    /// <summary>An operator pauses the run: the open round goes on to its end, and then none opens. Nothing follows where it is paused or over.</summary>
    public sealed record PauseRequested(string By, string Reason) : RunEvent;

    /// <summary>An operator lets a paused run go on. Nothing follows where it is not paused.</summary>
    public sealed record ResumeRequested(string By) : RunEvent;

    /// <summary>Time has passed.</summary>
    public sealed record Tick : RunEvent;
}

/// <summary>Something that must be done because of a decision. Effects are carried out in order.</summary>
public abstract record RunEffect
{
    /// <summary>Make the opening of a round durable, then tell its cohort.</summary>
    public sealed record OpenRound(RoundState Round) : RunEffect;

    /// <summary>Make an accepted update's row durable, then acknowledge it.</summary>
    public sealed record AcceptUpdate(string ClientId, int Round, AcceptedUpdate Update) : RunEffect;

    /// <summary>The same update is already accepted: acknowledge it again with the same receipt.</summary>
    public sealed record RepeatReceipt(string ClientId, int Round) : RunEffect;

    /// <summary>Refuse an update, with the reason; nothing changes.</summary>
    public sealed record RefuseUpdate(string ClientId, int Round, Refusal Reason, bool Late) : RunEffect;

    /// <summary>Make it durable that an update was refused before it could be one of the round's; nothing changes.</summary>
    public sealed record NoteRefusal(string ClientId, int Round, string Reason) : RunEffect;

    /// <summary>Make it durable that the round takes no more updates, tell the cohort, then aggregate.</summary>
    public sealed record Aggregate(RoundState Round, int NewVersion) : RunEffect;

    /// <summary>Make the new version's row durable: from then on it is visible and the run's newest.</summary>
    public sealed record Publish(RoundState Round, int Version) : RunEffect;

    /// <summary>Make it durable that the round is void, tell the cohort.</summary>
    public sealed record VoidRound(RoundState Round, string Reason) : RunEffect;

    /// <summary>Make the evaluate stage durable, then ask its evaluators.</summary>
    public sealed record OpenEvaluation(RoundState Round, int Version) : RunEffect;

    /// <summary>Make a report's row durable, then acknowledge it.</summary>
    public sealed record RecordEvaluation(string ClientId, int Round, EvaluationResultOf Result) : RunEffect;

    /// <summary>A report that nobody waits for: acknowledge or refuse it without a change.</summary>
    public sealed record IgnoreEvaluation(string ClientId, int Round, bool Repeated) : RunEffect;

    /// <summary>Make the end of a published round durable, with its evaluation, if any.</summary>
    public sealed record CloseRound(RoundState Round, ImmutableSortedDictionary<string, double> Metrics) : RunEffect;

    /// <summary>Make it durable that the run is paused, with who did it and why.</summary>
    public sealed record PauseRun(string By, string Reason) : RunEffect;

    /// <summary>Make it durable that the run goes on, with who did it.</summary>
    public sealed record ResumeRun(string By) : RunEffect;

    /// <summary>Make the end of the run durable, tell everyone.</summary>
    public sealed record EndRun(RunOutcome Outcome, string Reason) : RunEffect;
}
