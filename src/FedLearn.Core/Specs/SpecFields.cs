using System.Collections.Immutable;
using FedLearn.Core.Encodings;

namespace FedLearn.Core.Specs;

/// <summary>The fields of a run spec, in the order of its canonical form. <c>model.tensors</c> and a kind's own fields stand beside this table.</summary>
public static partial class SpecFields
{
    private const string Identifier = "1 to 63 characters of a-z, 0-9 and -";
    private const int Many = 1_000_000_000;

    /// <summary>All fields.</summary>
    public static ImmutableArray<SpecField> All { get; } = [.. Top(), .. Strategy(), .. Rules(), .. Stop(), .. Cohort(), .. Closing(), .. Client(), .. Wire(), .. Evaluation(), .. UpdateBounds()];

    /// <summary>The fields by path.</summary>
    public static ImmutableDictionary<string, SpecField> ByPath { get; } = All.ToImmutableDictionary(f => f.Path);

    private static SpecField[] Top() =>
    [
        Text("name", Identifier, IsIdentifier, "The run's name.", s => s.Name, (s, v) => s with { Name = v }, required: true),
        Text("model.kind", Identifier, IsIdentifier,
            "What is trained. Built-in: linear, logistic, softmax, mlp, cnn, lstm; any other needs the participants' own trainer of that name.",
            s => s.Model.Kind, (s, v) => s with { Model = s.Model with { Kind = v } }, required: true),
        Integer("seed", new SpecBounds(long.MinValue, long.MaxValue), "Seeds initialisation, selection and batches.",
            s => s.Seed, (s, v) => s with { Seed = v }, words: "of 64 bits"),
        Text("dataSchema", "64 lower-case hex digits", IsSha256,
            "SHA-256 of the data schema that participants must hold; one with another schema declines. Without it any schema goes.",
            s => s.DataSchema, (s, v) => s with { DataSchema = v }),
    ];

    private static SpecField[] Stop() =>
    [
        Integer("stop.rounds", SpecBounds.Between(1, 1_000_000), "The run ends after this many published rounds.",
            s => s.Stop.Rounds, (s, v) => s with { Stop = s.Stop with { Rounds = (int)v } }, unit: "rounds"),
        Text("stop.target.metric", MetricName, IsMetric, "The metric of the federated evaluation that `stop.target.value` is about. Default accuracy.",
            s => s.Stop.Target?.Metric, (s, v) => s with { Stop = s.Stop with { Target = Target(s) with { Metric = v } } }),
        Number("stop.target.value", new SpecBounds(double.MinValue, double.MaxValue), "The run ends once the metric is at most this for `loss` and `personal.loss`, at least this for any other.",
            s => s.Stop.Target?.Value, (s, v) => s with { Stop = s.Stop with { Target = Target(s) with { Value = v } } }, words: "that is finite"),
        Integer("stop.patience", SpecBounds.Between(0, 1_000_000), "The run ends after this many evaluations without improvement.",
            s => s.Stop.Patience, (s, v) => s with { Stop = s.Stop with { Patience = (int)v } }, unit: "evaluations", zero: "never"),
        Text("stop.patienceMetric", MetricName, IsMetric, "The metric that patience watches; of loss and personal.loss less is better, of any other more.",
            s => s.Stop.PatienceMetric, (s, v) => s with { Stop = s.Stop with { PatienceMetric = v } }),
        Number("stop.minDelta", SpecBounds.AtLeast(0), "The least change that counts as improvement.",
            s => s.Stop.MinDelta, (s, v) => s with { Stop = s.Stop with { MinDelta = v } }),
        Number("stop.wallSeconds", SpecBounds.Between(0, Many), "The run ends after this long, counted from its creation or the coordinator's last start.",
            s => s.Stop.WallSeconds, (s, v) => s with { Stop = s.Stop with { WallSeconds = v } }, unit: "seconds", zero: "no limit"),
    ];

    private static SpecField[] Cohort() =>
    [
        Number("cohort.fraction", SpecBounds.Above(0, 1), "The share of the eligible clients that a round selects. Not together with `cohort.count`.",
            s => s.Cohort.Fraction, (s, v) => s with { Cohort = s.Cohort with { Fraction = v } }),
        Integer("cohort.count", SpecBounds.Between(0, 1_000_000), "The number of clients that a round selects, instead of a share.",
            s => s.Cohort.Count, (s, v) => s with { Cohort = s.Cohort with { Count = (int)v } }, unit: "clients", zero: "use the fraction"),
        Integer("cohort.minimum", SpecBounds.Between(1, 1_000_000), "A round opens only when this many clients are eligible, and selects at least as many.",
            s => s.Cohort.Minimum, (s, v) => s with { Cohort = s.Cohort with { Minimum = (int)v } }, unit: "clients"),
        Number("cohort.overSelection", SpecBounds.Between(1, 10), "Selects this factor more clients than needed, against stragglers.",
            s => s.Cohort.OverSelection, (s, v) => s with { Cohort = s.Cohort with { OverSelection = v } }),
        Text("cohort.selection", $"one of {string.Join(", ", SelectionKinds.Names)}", SelectionKinds.Names.Contains,
            "Who is likelier to be selected: uniform nobody, dataSize clients with more examples, availability those that deliver, and early; see docs/strategies.md.",
            s => SelectionKinds.NameOf(s.Cohort.Selection), (s, v) => s with { Cohort = s.Cohort with { Selection = SelectionKinds.Of(v) } }),
        Number("cohort.maxWait", SpecBounds.Between(1, 1_000_000),
            "Who was not selected for this many times (eligible / selected) rounds goes before all others. Default 3; of uniform none.",
            s => s.Cohort.MaxWait, (s, v) => s with { Cohort = s.Cohort with { MaxWait = v } }, unit: "turns"),
        Text("cohort.clients", "patterns of 1 to 200 characters between commas", IsPatterns,
            "The clients that see the run, by id: `*` stands for any characters, as in `hospital-*, lab-3`. For any other participant it does not exist. Without it all see it.",
            s => s.Cohort.Clients, (s, v) => s with { Cohort = s.Cohort with { Clients = v } }),
    ];

    private static SpecField[] Closing() =>
    [
        Integer("closing.minUpdates", SpecBounds.Between(1, 1_000_000), "Fewer updates than this void the round; it is tried again as the next one.",
            s => s.Closing.MinUpdates, (s, v) => s with { Closing = s.Closing with { MinUpdates = (int)v } }, unit: "updates"),
        Integer("closing.maxUpdates", SpecBounds.Between(0, 1_000_000), "The round closes as soon as this many updates are accepted.",
            s => s.Closing.MaxUpdates, (s, v) => s with { Closing = s.Closing with { MaxUpdates = (int)v } }, unit: "updates", zero: "the number wanted before over-selection"),
        Number("closing.minSeconds", SpecBounds.Between(0, 604_800), "The round stays open at least this long, unless the whole cohort has delivered.",
            s => s.Closing.MinSeconds, (s, v) => s with { Closing = s.Closing with { MinSeconds = v } }, unit: "seconds"),
        Number("closing.maxSeconds", SpecBounds.Above(0, 604_800), "The round closes at the latest after this long; later updates are refused.",
            s => s.Closing.MaxSeconds, (s, v) => s with { Closing = s.Closing with { MaxSeconds = v } }, unit: "seconds"),
    ];

    private static SpecField[] Client() =>
    [
        Integer("client.epochs", SpecBounds.Between(1, 1_000_000), "Passes over the local training set in a round.",
            s => s.Client.Epochs, (s, v) => s with { Client = s.Client with { Epochs = (int)v } }, unit: "epochs"),
        Integer("client.batchSize", SpecBounds.Between(0, Many), "Examples in a step.",
            s => s.Client.BatchSize, (s, v) => s with { Client = s.Client with { BatchSize = (int)v } }, unit: "examples", zero: "the whole set"),
        Number("client.learningRate", SpecBounds.AtLeast(0), "The learning rate of round 1.",
            s => s.Client.LearningRate, (s, v) => s with { Client = s.Client with { LearningRate = v } }),
        Text("client.learningRateSchedule", $"one of {string.Join(", ", LearningRateSchedules.Names)}", LearningRateSchedules.Names.Contains,
            "How the learning rate falls over the rounds: exponential multiplies it by the decay each round, step every `scheduleRounds` rounds; "
            + "cosine takes it in half a cosine wave to its floor in `scheduleRounds` rounds.",
            s => LearningRateSchedules.NameOf(s.Client.LearningRateSchedule),
            (s, v) => s with { Client = s.Client with { LearningRateSchedule = LearningRateSchedules.Of(v) } }),
        Number("client.learningRateDecay", SpecBounds.Above(0, 1), "The factor by which the learning rate falls each round; of the schedule step, every `scheduleRounds` rounds.",
            s => s.Client.LearningRateDecay, (s, v) => s with { Client = s.Client with { LearningRateDecay = v } }),
        Integer("client.scheduleRounds", SpecBounds.Between(1, 1_000_000), "Of the schedule step the rounds between falls; of cosine the rounds until the floor.",
            s => s.Client.ScheduleRounds, (s, v) => s with { Client = s.Client with { ScheduleRounds = (int)v } }, unit: "rounds"),
        Number("client.learningRateFloor", SpecBounds.AtLeast(0), "No schedule goes below this learning rate; at most `client.learningRate`.",
            s => s.Client.LearningRateFloor, (s, v) => s with { Client = s.Client with { LearningRateFloor = v } }),
        Number("client.momentum", SpecBounds.Between(0, 1) with { BelowMaximum = true }, "Heavy-ball momentum (v = m*v + g; w -= lr*v); v starts at zero each round.",
            s => s.Client.Momentum, (s, v) => s with { Client = s.Client with { Momentum = v } }),
        Number("client.weightDecay", SpecBounds.AtLeast(0), "L2 weight decay, added to the gradient as wd*w.",
            s => s.Client.WeightDecay, (s, v) => s with { Client = s.Client with { WeightDecay = v } }),
        Number("client.proximalMu", SpecBounds.AtLeast(0), "FedProx's mu (Li et al. 2020, eq. 2): mu/2 times the squared distance from the round's first parameters is added to the loss.",
            s => s.Client.ProximalMu, (s, v) => s with { Client = s.Client with { ProximalMu = v } }),
        Number("client.maxGradientNorm", SpecBounds.AtLeast(0), "A step's mean gradient is scaled down to this L2 norm over all parameters, before weight decay and the proximal term.",
            s => s.Client.MaxGradientNorm, (s, v) => s with { Client = s.Client with { MaxGradientNorm = v } }, zero: "no clipping"),
        Text("client.localTensors", "patterns of 1 to 200 characters between commas", IsPatterns,
            "Tensors that stay with each client, by name: `*` stands for any characters, as in `bn*, head.*`. A client trains them too, keeps its own values from "
            + "round to round, evaluates with them, and sends a delta of zero for them.",
            s => s.Client.LocalTensors, (s, v) => s with { Client = s.Client with { LocalTensors = v } }),
        Number("client.personalLambda", SpecBounds.Between(0, 1000),
            "Ditto's lambda (Li et al. 2021, algorithm 1): each client also trains a model of its own, which never leaves it and is pulled towards the round's base version "
            + "as by lambda/2 times the squared distance. Costs as much training again.",
            s => s.Client.PersonalLambda, (s, v) => s with { Client = s.Client with { PersonalLambda = v } }, zero: "none"),
        Integer("client.maxSteps", SpecBounds.Between(0, 1e15), "The most optimizer steps in a round, for participants with little compute.",
            s => s.Client.MaxSteps, (s, v) => s with { Client = s.Client with { MaxSteps = v } }, unit: "steps", zero: "no limit"),
        Number("client.maxSeconds", SpecBounds.Between(0, 604_800), "The most time of training in a round, checked after each step.",
            s => s.Client.MaxSeconds, (s, v) => s with { Client = s.Client with { MaxSeconds = v } }, unit: "seconds", zero: "no limit"),
    ];

    private static SpecField[] Wire() =>
    [
        Text("client.encoding", $"one of {string.Join(", ", VectorEncodings.Names)}", VectorEncodings.Names.Contains,
            "How deltas go over the wire ([encodings.md](encodings.md)): exact, or in 1/2, 1/4 or `2 * topK` of the bytes.",
            s => VectorEncodings.NameOf(s.Client.Encoding), (s, v) => s with { Client = s.Client with { Encoding = VectorEncodings.KindOf(v) } }),
        Number("client.topK", SpecBounds.Above(0, 1), "For the encoding topk only: the share of a delta's values that is sent, the largest ones; the client keeps the others for later.",
            s => s.Client.TopK, (s, v) => s with { Client = s.Client with { TopK = v } }),
    ];

    private static SpecField[] Evaluation() =>
    [
        Integer("evaluation.everyRounds", SpecBounds.Between(0, 1_000_000), "Every k-th round's version is evaluated by the clients, and the last one's.",
            s => s.Evaluation.EveryRounds, (s, v) => s with { Evaluation = s.Evaluation with { EveryRounds = (int)v } }, unit: "rounds", zero: "never"),
        Number("evaluation.fraction", SpecBounds.Between(0, 1), "The share of the clients that take part in training which evaluate too. Those that only evaluate (`fedlearn worker --evaluate-only`) always do.",
            s => s.Evaluation.Fraction, (s, v) => s with { Evaluation = s.Evaluation with { Fraction = v } }, zero: "only those that never train"),
        Integer("evaluation.minReports", SpecBounds.Between(1, 1_000_000), "Fewer reports than this make the evaluation void; the round stays published.",
            s => s.Evaluation.MinReports, (s, v) => s with { Evaluation = s.Evaluation with { MinReports = (int)v } }, unit: "reports"),
        Number("evaluation.maxSeconds", SpecBounds.Above(0, 86_400), "Reports are waited for at most this long.",
            s => s.Evaluation.MaxSeconds, (s, v) => s with { Evaluation = s.Evaluation with { MaxSeconds = v } }, unit: "seconds"),
    ];

    private static SpecField[] UpdateBounds() =>
    [
        Integer("bounds.maxExamples", SpecBounds.Between(1, 1e15), "The most examples that an update may claim.",
            s => s.Bounds.MaxExamples, (s, v) => s with { Bounds = s.Bounds with { MaxExamples = v } }, unit: "examples"),
        Number("bounds.maxNorm", SpecBounds.AtLeast(0), "The largest L2 norm of an update's delta.",
            s => s.Bounds.MaxNorm, (s, v) => s with { Bounds = s.Bounds with { MaxNorm = v } }, zero: "no bound"),
        Number("bounds.maxControlNorm", SpecBounds.AtLeast(0), $"{OnlyFor("bounds.maxControlNorm")}: the largest L2 norm of an update's control delta, in the unit of gradients.",
            s => s.Bounds.MaxControlNorm, (s, v) => s with { Bounds = s.Bounds with { MaxControlNorm = v } }, zero: "no bound"),
    ];
}
