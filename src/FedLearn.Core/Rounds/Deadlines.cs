namespace FedLearn.Core.Rounds;

/// <summary>
/// The instants at which time alone changes a run. The decisions and the timer both ask here: a deadline that one side rounds
/// otherwise than the other would be a timer that fires, changes nothing and is not set again.
/// </summary>
internal static class Deadlines
{
    /// <summary>Until then a fit stage stays open, unless its whole cohort has delivered.</summary>
    public static TimeSpan FitStaysOpen(RunState state) => AfterStageStart(state, state.Spec.Closing.MinSeconds);

    /// <summary>When a fit stage closes at the latest.</summary>
    public static TimeSpan FitEnds(RunState state) => Earlier(AfterStageStart(state, state.Spec.Closing.MaxSeconds), RunEnds(state));

    /// <summary>When an evaluate stage closes at the latest.</summary>
    public static TimeSpan EvaluationEnds(RunState state) => AfterStageStart(state, state.Spec.Evaluation.MaxSeconds);

    /// <summary>When the run's wall time is over; the end of time where it has none.</summary>
    public static TimeSpan RunEnds(RunState state) =>
        state.Spec.Stop.WallSeconds > 0 ? state.Started + TimeSpan.FromSeconds(state.Spec.Stop.WallSeconds) : TimeSpan.MaxValue;

    /// <summary>The first of the instants above that applies, or null. After a decision at an instant it lies behind that instant.</summary>
    public static TimeSpan? Next(RunState state)
    {
        var next = state switch
        {
            { Phase: RunPhase.Waiting } => state.Paused is null && state.Eligible.Count >= Selection.Needed(state.Spec) ? Earlier(state.NotBefore, RunEnds(state)) : RunEnds(state),
            { Phase: RunPhase.Fitting, Round: { } r } => r.Updates.Count >= r.Wanted ? Earlier(FitStaysOpen(state), FitEnds(state)) : FitEnds(state),
            { Phase: RunPhase.Evaluating } => EvaluationEnds(state),
            _ => TimeSpan.MaxValue,
        };
        return next == TimeSpan.MaxValue ? null : next;
    }

    private static TimeSpan AfterStageStart(RunState state, double seconds) => state.Round!.StageStarted + TimeSpan.FromSeconds(seconds);

    private static TimeSpan Earlier(TimeSpan a, TimeSpan b) => a < b ? a : b;
}
