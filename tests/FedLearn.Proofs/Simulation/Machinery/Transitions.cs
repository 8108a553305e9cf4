using FedLearn.Core.Rounds;

namespace FedLearn.Proofs.Simulation.Machinery;

/// <summary>The arrows of the state machine: the phase before an effect, the effect, the phase after it.</summary>
internal static class Transitions
{
    /// <summary>Every arrow that there is.</summary>
    public static IReadOnlyList<string> All { get; } =
    [
        "Waiting -OpenRound-> Fitting",
        "Fitting -AcceptUpdate-> Fitting",
        "Fitting -RepeatReceipt-> Fitting",
        "Fitting -RefuseUpdate-> Fitting",
        "Fitting -Aggregate-> Aggregating",
        "Fitting -VoidRound-> Waiting",
        "Aggregating -RepeatReceipt-> Aggregating",
        "Aggregating -RefuseUpdate-> Aggregating",
        "Aggregating -Publish-> Aggregating",
        "Aggregating -VoidRound-> Waiting",
        "Aggregating -OpenEvaluation-> Evaluating",
        "Aggregating -CloseRound-> Waiting",
        "Evaluating -RecordEvaluation-> Evaluating",
        "Evaluating -IgnoreEvaluation-> Evaluating",
        "Evaluating -CloseRound-> Waiting",
        "Waiting -EndRun-> Over",
        .. from phase in Enum.GetValues<RunPhase>() where phase != RunPhase.Over select $"{phase} -PauseRun-> {phase}",
        .. from phase in Enum.GetValues<RunPhase>() where phase != RunPhase.Over select $"{phase} -ResumeRun-> {phase}",
    ];

    /// <summary>The phase after an effect.</summary>
    public static RunPhase After(RunPhase before, RunEffect effect) => effect switch
    {
        RunEffect.OpenRound => RunPhase.Fitting,
        RunEffect.Aggregate => RunPhase.Aggregating,
        RunEffect.OpenEvaluation => RunPhase.Evaluating,
        RunEffect.VoidRound or RunEffect.CloseRound => RunPhase.Waiting,
        RunEffect.EndRun => RunPhase.Over,
        _ => before,
    };

    /// <summary>Counts the arrows of one decision.</summary>
    public static void Count(Coverage coverage, RunPhase before, IEnumerable<RunEffect> effects)
    {
        foreach (var effect in effects)
        {
            var after = After(before, effect);
            coverage.Hit($"transition {before} -{effect.GetType().Name}-> {after}");
            coverage.Hit($"effect {effect.GetType().Name}");
            before = after;
        }
    }
}
