using System.Diagnostics;
using System.Diagnostics.Metrics;
using FedLearn.Protocol.V1;

namespace FedLearn.Client;

/// <summary>
/// What a worker tells System.Diagnostics: spans of its part of a round, children of the coordinator's span for that round, and how long its own
/// training took. Who listens is its host's matter; without a listener they cost next to nothing.
/// </summary>
public static class Telemetry
{
    /// <summary>The name of both the activity source and the meter.</summary>
    public const string Name = "FedLearn.Client";

    private static readonly ActivitySource s_source = new(Name);
    private static readonly Meter s_meter = new(Name);
    private static readonly Histogram<double> s_seconds = s_meter.CreateHistogram<double>(
        "fedlearn.client.stage.duration", "s", "How long this client's part of a round took, by stage (training, evaluation): download, work and upload.", null, new() { HistogramBucketBoundaries = [0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30, 100, 300, 1000, 3600] });

    /// <summary>Starts this client's span of a round's stage.</summary>
    internal static System.Diagnostics.Activity? StartStage(string stage, string runId, int round, string traceParent)
    {
        _ = ActivityContext.TryParse(traceParent, null, isRemote: true, out var parent);
        return s_source.StartActivity(stage, ActivityKind.Internal, parent)?.SetTag("fedlearn.run.id", runId).SetTag("fedlearn.round", round);
    }

    /// <summary>Starts the span of a part of a stage.</summary>
    internal static System.Diagnostics.Activity? Start(string part) => s_source.StartActivity(part);

    /// <summary>Notes how long a stage took.</summary>
    internal static void StageDone(string stage, TimeSpan time) => s_seconds.Record(time.TotalSeconds, new KeyValuePair<string, object?>("stage", stage));

    /// <summary>The trace that an assignment is part of; empty where there is none.</summary>
    internal static string ParentOf(object? assignment) => assignment switch
    {
        FitAssignment fit => fit.TraceParent,
        EvaluateAssignment evaluate => evaluate.TraceParent,
        _ => "",
    };
}
