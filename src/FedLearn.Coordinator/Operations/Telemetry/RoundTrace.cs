using System.Diagnostics;
using FedLearn.Core.Rounds;

namespace FedLearn.Coordinator.Operations.Telemetry;

/// <summary>
/// The span of one open round, the root of a trace that goes on in the workers: assignments carry its <c>traceparent</c> (W3C Trace Context), and what
/// workers do and call for the round becomes its children. Without a listener it is nothing.
/// </summary>
/// <param name="span">The span; null where nobody listens.</param>
internal sealed class RoundTrace(Activity? span)
{
    /// <summary>The name of the source.</summary>
    public const string SourceName = "FedLearn.Coordinator";

    private static readonly ActivitySource s_source = new(SourceName, BuildInfo.Version);

    /// <summary>The trace of no round.</summary>
    public static RoundTrace None { get; } = new(null);

    /// <summary>What goes to workers as the parent of theirs; empty where nobody listens.</summary>
    public string Parent { get; } = span?.Id ?? "";

    /// <summary>Starts the span of a round, also of one that another process opened: its trace begins anew.</summary>
    public static RoundTrace Start(string runId, string run, RoundState round)
    {
        if (!s_source.HasListeners())
        {
            return None;
        }

        // A round is caused by no call: whoever's call it was that opened it, it is a trace of its own.
        var (calling, span) = (Activity.Current, s_source.CreateActivity("round", ActivityKind.Internal, default(ActivityContext)));
        Activity.Current = null;
        span?.SetTag("fedlearn.run", run).SetTag("fedlearn.run.id", runId).SetTag("fedlearn.round", round.Number).SetTag("fedlearn.cohort", round.Cohort.Count).Start();
        Activity.Current = calling;
        return new RoundTrace(span);
    }

    /// <summary>Starts the span of a part of the round that this process does itself.</summary>
    public Activity? Stage(string name) => span is null ? null : s_source.StartActivity(name, ActivityKind.Internal, span.Context);

    /// <summary>Ends the round's span.</summary>
    /// <param name="version">The version that was published; null where the round is void.</param>
    /// <param name="reason">Why it is void.</param>
    public void End(int? version, string? reason = null)
    {
        span?.SetTag("fedlearn.outcome", version is null ? "void" : "published").SetTag("fedlearn.version", version);
        if (reason is not null)
        {
            span?.SetStatus(ActivityStatusCode.Error, reason);
        }

        span?.Stop();
    }
}
