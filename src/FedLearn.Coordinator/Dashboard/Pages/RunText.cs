using FedLearn.Coordinator.Dashboard.Markup;
using FedLearn.Coordinator.Rounds;
using FedLearn.Core.Rounds;
using FedLearn.Core.Specs;
using FedLearn.Protocol.V1;

namespace FedLearn.Coordinator.Dashboard.Pages;

/// <summary>A run's state in words and badges.</summary>
internal static class RunText
{
    public static RunSpec? SpecOf(Run run, OpenRun? live) => live?.Spec ?? RunSpecParser.Parse(run.SpecJson).Spec;

    /// <summary>One word: also the class of its badge.</summary>
    public static string State(Run run, OpenRun? live) => run.Status switch
    {
        RunStatus.Completed => "completed",
        RunStatus.Stopped => "stopped",
        RunStatus.Failed => "failed",
        _ when run.Paused => live?.State.Phase is RunPhase.Waiting or null ? "paused" : "pausing",
        _ => live?.State.Phase switch
        {
            RunPhase.Fitting => "training",
            RunPhase.Aggregating => "aggregating",
            RunPhase.Evaluating => "evaluating",
            _ => "waiting",
        },
    };

    public static Html Badge(Run run, OpenRun? live)
    {
        var state = State(run, live);
        return Html.Of($"""<span class="badge {state}">{state}</span>""");
    }

    /// <summary>Published versions of those that the stop rule allows.</summary>
    public static Html Progress(Run run, int? rounds) => rounds is not { } of
        ? Html.None
        : Html.Of($"""<span class="progress"><progress value="{Math.Min(run.Version, of)}" max="{of}" aria-label="{run.Version} of {of} rounds published"></progress><small>{run.Version} / {of}</small></span>""");
}
