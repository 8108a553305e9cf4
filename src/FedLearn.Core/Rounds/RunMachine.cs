namespace FedLearn.Core.Rounds;

/// <summary>
/// The state machine of a run: pure, so that the coordinator, the simulator and the tests run the very same decisions.
/// </summary>
/// <remarks>
/// A round: <c>Waiting -> Fitting -> Aggregating -> Evaluating -> Waiting | Over</c>. A round that cannot reach its minimum is
/// void and goes back to Waiting; evaluation is skipped where it is not due. A paused run finishes its round and then stays in Waiting. Time enters as <c>now</c>, a monotonic instant.
/// Every event first lets due deadlines take effect, so that an update that comes after its deadline is late however the
/// timer was scheduled. Only who is eligible counts at once: a round that is due does not select who has just left.
/// </remarks>
public static class RunMachine
{
    /// <summary>The longest pause between a void round and the next try.</summary>
    public static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(60);

    /// <summary>What follows from an event.</summary>
    public static Decision Decide(RunState state, RunEvent happened, TimeSpan now)
    {
        var work = new RunStep(state, now);
        if (happened is not RunEvent.EligibleChanged)
        {
            work.Advance();
        }

        switch (happened)
        {
            case RunEvent.EligibleChanged e:
                work.SetEligible(e);
                break;
            case RunEvent.UpdateSealed e:
                work.TakeUpdate(e);
                break;
            case RunEvent.UpdateRejected e:
                work.Note(e);
                break;
            case RunEvent.StageDeclined e:
                work.TakeDecline(e);
                break;
            case RunEvent.AggregateReady e:
                work.TakeAggregate(e);
                break;
            case RunEvent.AggregationFailed e:
                work.TakeFailure(e);
                break;
            case RunEvent.EvaluationReported e:
                work.TakeReport(e);
                break;
            case RunEvent.StopRequested e:
                work.Stop(e.Reason);
                break;
            case RunEvent.PauseRequested e:
                work.Pause(e);
                break;
            case RunEvent.ResumeRequested e:
                work.Resume(e);
                break;
            case RunEvent.Tick:
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(happened), happened, "not an event of a run");
        }

        work.Advance();
        return work.ToDecision();
    }

    /// <summary>
    /// Why an update would not be accepted now, or null where it would: the question that ingest asks before it takes a byte.
    /// </summary>
    public static Refusal? WhyNot(RunState state, string clientId, int round, int baseVersion) => state switch
    {
        { Phase: RunPhase.Over } => Refusal.RunOver,
        _ when round > state.LastRound || round < 1 => Refusal.UnknownRound,
        _ when state.Round?.Number != round => Refusal.RoundClosed,
        { Round: { } r } when !r.Cohort.Contains(clientId) => Refusal.NotInCohort,
        { Phase: not RunPhase.Fitting } => Refusal.RoundClosed,
        { Round: { } r } when r.Declined.Contains(clientId) => Refusal.Declined,
        { Round: { } r } when r.BaseVersion != baseVersion => Refusal.StaleBase,
        _ => null,
    };

    /// <summary>
    /// The next instant at which time alone changes something, or null. It is <paramref name="now"/> itself where that instant has
    /// passed since the last decision, so that a timer set by it is never set too late.
    /// </summary>
    public static TimeSpan? NextDeadline(RunState state, TimeSpan now) => Deadlines.Next(state) is { } next ? (next > now ? next : now) : null;

    /// <summary>Seconds until the open stage closes at the latest; 0 where none is open.</summary>
    public static double SecondsLeft(RunState state, TimeSpan now)
    {
        var end = state.Phase switch
        {
            RunPhase.Fitting => Deadlines.FitEnds(state),
            RunPhase.Evaluating => Deadlines.EvaluationEnds(state),
            _ => now,
        };
        return Math.Max(0, (end - now).TotalSeconds);
    }

    /// <summary>How long a run pauses after this many void rounds in a row: 1, 2, 4, ... seconds, at most <see cref="LongestPause"/>.</summary>
    public static TimeSpan PauseAfter(int voids) =>
        TimeSpan.FromSeconds(Math.Min(LongestPause.TotalSeconds, Math.Pow(2, Math.Min(voids, 10) - 1)));
}
