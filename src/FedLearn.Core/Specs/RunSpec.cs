using FedLearn.Core.Models;

namespace FedLearn.Core.Specs;

/// <summary>What a run is: model, strategy, stop rule. Read from JSON by <c>RunSpecParser</c>; docs/run-spec.md lists every field.</summary>
public sealed record RunSpec
{
    /// <summary>The run's name: [a-z0-9-]{1,63}.</summary>
    public required string Name { get; init; }

    /// <summary>The model.</summary>
    public required ModelSpec Model { get; init; }

    /// <summary>Seeds initialisation, selection and batches. Any 64-bit integer. Default 1.</summary>
    public long Seed { get; init; } = 1;

    /// <summary>The strategy. Default FedAvg.</summary>
    public StrategySpec Strategy { get; init; } = new();

    /// <summary>When the run ends: the first rule that is met.</summary>
    public StopSpec Stop { get; init; } = new();

    /// <summary>Who takes part in a round.</summary>
    public CohortSpec Cohort { get; init; } = new();

    /// <summary>When a round closes.</summary>
    public ClosingSpec Closing { get; init; } = new();

    /// <summary>The settings of local training.</summary>
    public ClientSettings Client { get; init; } = new();

    /// <summary>When and how published versions are evaluated.</summary>
    public EvaluationSpec Evaluation { get; init; } = new();

    /// <summary>What updates must satisfy.</summary>
    public BoundsSpec Bounds { get; init; } = new();

    /// <summary>SHA-256 (lower-case hex) of the data schema that clients must hold, or null for any.</summary>
    public string? DataSchema { get; init; }
}

/// <summary>The spec's <c>model</c> object.</summary>
/// <param name="Kind">Built-in: linear, logistic, softmax, mlp, cnn, lstm. Any other needs the participants' own trainer of that name.</param>
/// <param name="Json">The whole object as compact JSON, as trainers receive it.</param>
/// <param name="Manifest">The tensors from <c>model.tensors</c>, which the command line fills in for built-in kinds.</param>
public sealed record ModelSpec(string Kind, string Json, ModelManifest Manifest);

/// <summary>The spec's <c>stop</c> object: whichever comes first.</summary>
public sealed record StopSpec
{
    /// <summary>Published rounds; 1 to 1,000,000. Default 10.</summary>
    public int Rounds { get; init; } = 10;

    /// <summary>A metric of the federated evaluation to reach, or null.</summary>
    public TargetSpec? Target { get; init; }

    /// <summary>Stop after this many evaluations without improvement of <see cref="PatienceMetric"/>; 0 = never. Default 0.</summary>
    public int Patience { get; init; }

    /// <summary>The metric that patience watches. Default loss (of it and personal.loss smaller is better; of any other metric larger is better).</summary>
    public string PatienceMetric { get; init; } = "loss";

    /// <summary>The least change that counts as improvement; at least 0. Default 0.</summary>
    public double MinDelta { get; init; }

    /// <summary>Seconds since the run was created or the coordinator last started; 0 = no limit. Default 0.</summary>
    public double WallSeconds { get; init; }
}

/// <summary>A metric to reach: at most <paramref name="Value"/> for <c>loss</c>, at least it for any other metric.</summary>
/// <param name="Metric">The metric's name. Default accuracy.</param>
/// <param name="Value">The value, finite.</param>
public sealed record TargetSpec(string Metric, double Value);

/// <summary>The spec's <c>cohort</c> object.</summary>
public sealed record CohortSpec
{
    /// <summary>The share of the eligible clients, in (0, 1]. Default 1. Not together with <see cref="Count"/>.</summary>
    public double Fraction { get; init; } = 1;

    /// <summary>The number of clients instead of a share; 0 = use the fraction. Default 0.</summary>
    public int Count { get; init; }

    /// <summary>A round opens only when this many clients are eligible, and selects at least as many. At least 1. Default 1.</summary>
    public int Minimum { get; init; } = 1;

    /// <summary>Select this factor more than needed, against stragglers; 1 to 10. Default 1.</summary>
    public double OverSelection { get; init; } = 1;

    /// <summary>What makes a client likelier to be selected. Default uniform.</summary>
    public SelectionKind Selection { get; init; } = SelectionKind.Uniform;

    /// <summary>
    /// Who was not selected for this many times (eligible / selected) rounds goes first; 1 to 1,000,000, or null: never for uniform, 3 for the others.
    /// </summary>
    public double? MaxWait { get; init; }

    /// <summary>Patterns of the ids of the clients that see the run, between commas; null for all. For any other it does not exist. Default null.</summary>
    public string? Clients { get; init; }

    /// <summary>Whether a client sees the run.</summary>
    public bool Admits(string clientId) => Clients is null || NamePatterns.MatchesAny(Clients, clientId);
}

/// <summary>The spec's <c>closing</c> object.</summary>
public sealed record ClosingSpec
{
    /// <summary>Fewer updates than this void the round. At least 1. Default 1.</summary>
    public int MinUpdates { get; init; } = 1;

    /// <summary>
    /// The round closes as soon as this many are accepted; 0 = the number wanted before over-selection. Default 0.
    /// </summary>
    public int MaxUpdates { get; init; }

    /// <summary>The round stays open at least this many seconds, unless the whole cohort has delivered. At least 0. Default 0.</summary>
    public double MinSeconds { get; init; }

    /// <summary>The round closes at the latest after this many seconds; above 0, at most 604,800. Default 600.</summary>
    public double MaxSeconds { get; init; } = 600;
}

/// <summary>The spec's <c>evaluation</c> object.</summary>
public sealed record EvaluationSpec
{
    /// <summary>Evaluate every k-th round; 0 = never. Default 1. The last round is always evaluated unless this is 0.</summary>
    public int EveryRounds { get; init; } = 1;

    /// <summary>The share of the eligible clients that evaluate, in [0, 1]; 0 = those that only evaluate alone. Default 1.</summary>
    public double Fraction { get; init; } = 1;

    /// <summary>Fewer reports than this make the evaluation void (the round stays published). At least 1. Default 1.</summary>
    public int MinReports { get; init; } = 1;

    /// <summary>Reports are waited for at most this many seconds; above 0, at most 86,400. Default 120.</summary>
    public double MaxSeconds { get; init; } = 120;
}

/// <summary>The spec's <c>bounds</c> object: what an update must satisfy to be accepted.</summary>
public sealed record BoundsSpec
{
    /// <summary>The most examples an update may claim, at least 1. Default 100,000,000.</summary>
    public long MaxExamples { get; init; } = 100_000_000;

    /// <summary>The largest L2 norm of an update's delta; 0 = no bound. Default 0.</summary>
    public double MaxNorm { get; init; }

    /// <summary>For scaffold: the largest L2 norm of an update's control delta, in the unit of gradients; 0 = no bound. Default 0.</summary>
    public double MaxControlNorm { get; init; }
}
