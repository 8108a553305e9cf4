using System.Diagnostics.Metrics;
using FedLearn.Coordinator.Rounds;

namespace FedLearn.Coordinator.Operations.Telemetry;

/// <summary>
/// The instruments that operators watch, of the meter <see cref="MeterName"/>. Who listens (dotnet-counters, an exporter) is not this class's matter; without
/// a listener they cost next to nothing. Tags are bounded: a run's name, and words from fixed sets.
/// </summary>
internal sealed class CoordinatorMetrics
{
    /// <summary>The meter's name.</summary>
    public const string MeterName = "FedLearn.Coordinator";

    /// <summary>The meter's tag that names the federation, where the coordinator serves several.</summary>
    public const string FederationTag = "federation";

    /// <summary>Bounds of the buckets of stages, in seconds: OpenTelemetry's own are for milliseconds.</summary>
    private static readonly double[] s_stageSeconds = [0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30, 100, 300, 1000, 3600];

    private readonly Meter _meter;

    public CoordinatorMetrics(IMeterFactory factory, WatchHub hub, CoordinatorOptions? options = null)
    {
        var meter = _meter = factory.Create(new MeterOptions(MeterName)
        {
            Version = BuildInfo.Version,
            Tags = options?.FederationName is { } name ? [new(FederationTag, name)] : null,
        });
        Rounds = meter.CreateCounter<long>("fedlearn.rounds", "{round}", "Rounds that are over, by run and outcome (published, void).");
        StageSeconds = meter.CreateHistogram<double>("fedlearn.round.stage.duration", "s", "How long the stages of published rounds took, by run and stage (fit, aggregate, evaluate).", null, new() { HistogramBucketBoundaries = s_stageSeconds });
        Updates = meter.CreateCounter<long>("fedlearn.updates", "{update}", "Updates, by run and outcome: accepted, late, refused (not its turn), invalid (its header or bytes).");
        Bytes = meter.CreateCounter<long>("fedlearn.vector.bytes", "By", "Bytes of vectors on the wire, by run and direction (in: updates, out: versions).");
        Cohort = meter.CreateGauge<int>("fedlearn.round.cohort", "{client}", "Clients selected for the newest round, by run.");
        TrainLoss = meter.CreateGauge<double>("fedlearn.round.train_loss", null, "Mean training loss of the newest published round, weighted by examples, by run.");
        Evaluation = meter.CreateGauge<double>("fedlearn.round.evaluation", null, "The newest evaluation, weighted by examples, by run and metric (loss, accuracy).");
        DriftCosine = meter.CreateGauge<double>("fedlearn.drift.cosine", null, "Cosine of updates to their mean in the newest published round, by run and of (mean, least).");
        DriftNorm = meter.CreateGauge<double>("fedlearn.drift.norm", null, "L2 norm of updates in the newest published round, by run and of (least, largest, mean: that of their mean).");
        SkewSize = meter.CreateGauge<double>("fedlearn.skew.size", null, "How unlike the sizes of training sets are, by run and of (gini, largest_over_median).");
        SkewLabels = meter.CreateGauge<double>("fedlearn.skew.label_distance", null, "Mean total-variation distance of a client's labels from those of all, 0 to 1, by run.");
        meter.CreateObservableGauge("fedlearn.clients.online", () => hub.Online, "{client}", "Participants that are connected.");
    }

    /// <summary>Also shows what only those know who come later: the runs that go on, and what is free on the data folder's disk.</summary>
    public void Observe(Func<int> openRuns, Func<long> freeBytes)
    {
        _meter.CreateObservableGauge("fedlearn.runs.open", openRuns, "{run}", "Runs that are neither over nor paused.");
        _meter.CreateObservableGauge("fedlearn.disk.free", freeBytes, "By", "Bytes that are free on the disk of the data folder.");
    }

    public Counter<long> Rounds { get; }

    public Histogram<double> StageSeconds { get; }

    public Counter<long> Updates { get; }

    public Counter<long> Bytes { get; }

    public Gauge<int> Cohort { get; }

    public Gauge<double> TrainLoss { get; }

    public Gauge<double> Evaluation { get; }

    public Gauge<double> DriftCosine { get; }

    public Gauge<double> DriftNorm { get; }

    public Gauge<double> SkewSize { get; }

    public Gauge<double> SkewLabels { get; }
}
