using System.Collections.Immutable;
using FedLearn.Client.Training;
using FedLearn.Core.Aggregation;
using FedLearn.Core.Rounds;
using FedLearn.Training.Data;
using FedLearn.Training.Models;
using FedLearn.Training.Sgd;

namespace FedLearn.Training;

/// <summary>The trainer of one built-in model kind over data in memory.</summary>
public sealed class LocalTrainer : ITrainer
{
    private readonly LocalData _data;
    private readonly TimeProvider _time;
    private readonly int _threads;

    /// <summary>Creates a trainer.</summary>
    /// <param name="kind">One of <see cref="ModelRegistry.Kinds"/>.</param>
    /// <param name="data">The participant's data.</param>
    /// <param name="time">The clock that limits training; null = the system's.</param>
    /// <param name="threads">How many threads may work on one step of a convolutional network; changes no bit. 0, the default: one per core.</param>
    public LocalTrainer(string kind, LocalData data, TimeProvider? time = null, int threads = 0)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(threads);
        if (!ModelRegistry.IsBuiltIn(kind))
        {
            throw new ArgumentException($"'{kind}' is no built-in model; those are {string.Join(", ", ModelRegistry.Kinds)}", nameof(kind));
        }

        (Kind, _data, _time) = (kind, data, time ?? TimeProvider.System);
        _threads = threads == 0 ? Environment.ProcessorCount : threads;
    }

    /// <inheritdoc/>
    public string Kind { get; }

    /// <inheritdoc/>
    public bool TakesCorrection => true;

    /// <inheritdoc/>
    public bool TakesProximalCentre => true;

    /// <inheritdoc/>
    public string? DataSchemaDigest => _data.Schema.Digest;

    /// <inheritdoc/>
    public long TrainingExamples => _data.Train.Count;

    /// <inheritdoc/>
    public IReadOnlyList<long> LabelCounts
    {
        get
        {
            var counts = new long[_data.Train.Classes <= DataReport.MostLabels ? _data.Train.Classes : 0];
            foreach (var label in counts.Length > 0 ? _data.Train.Labels : [])
            {
                counts[(int)label]++;
            }

            return counts;
        }
    }

    /// <summary>A trainer for each built-in kind over the same data.</summary>
    public static ImmutableArray<ITrainer> ForAllKinds(LocalData data, TimeProvider? time = null) =>
        [.. ModelRegistry.Kinds.Select(kind => new LocalTrainer(kind, data, time))];

    /// <inheritdoc/>
    public string? DeclineReason(RunContext run)
    {
        if (run.DataSchemaDigest is { } asked && asked != DataSchemaDigest)
        {
            return $"the run asks for data of the schema {asked}, this participant's has {DataSchemaDigest}";
        }

        var result = ModelRegistry.Create(run.Model);
        if (!result.Ok)
        {
            return result.Message;
        }

        var model = result.Definition;
        if (model.Kind != Kind)
        {
            return $"the run's model is of kind '{model.Kind}', this trainer serves '{Kind}'";
        }

        if (model.Manifest.Hash != run.Manifest.Hash)
        {
            return $"the run's tensors ({run.Manifest.ElementCount} parameters, manifest {run.Manifest.Hash}) are not those of its "
                + $"model object ({model.Manifest.ElementCount} parameters, manifest {model.Manifest.Hash})";
        }

        return UnfitData(model, run.EvaluateOnly);
    }

    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">The run cannot be served, or training diverged.</exception>
    public ValueTask<FitResult> FitAsync(FitContext context, CancellationToken cancellationToken)
    {
        var model = RequireModel(context.Run, context.Parameters.Length);
        return new(Task.Run(() => Fit(model, context, cancellationToken), cancellationToken));
    }

    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">The run cannot be served, there are no test examples, or the loss is not finite.</exception>
    public ValueTask<EvaluationResult> EvaluateAsync(EvaluationContext context, CancellationToken cancellationToken)
    {
        var model = RequireModel(context.Run, context.Parameters.Length);
        return _data.Test.Count == 0
            ? throw new InvalidOperationException("this participant has no test examples to evaluate on")
            : new(Task.Run(() => Evaluate(model, context, cancellationToken), cancellationToken));
    }

    /// <summary>Trains in a workspace of the run's model and leaves the parameters there; the caller has asked for a <see cref="DeclineReason"/> before.</summary>
    /// <exception cref="InvalidOperationException">Training diverged.</exception>
    internal (long Steps, Dictionary<string, double> Metrics) TrainIn(SgdWorkspace workspace, FitContext context, CancellationToken cancellationToken)
    {
        double? baseLoss = context.Run.Settings.ReportBaseLoss
            ? Evaluator.Run(workspace.Model, _data.Train, context.Parameters.Span, _threads, cancellationToken).Loss
            : null;
        var sgd = new LocalSgd(workspace, _data.Train, context.Parameters.Span, new()
        {
            Settings = context.Run.Settings,
            Seed = context.Run.Seed,
            Round = context.Round,
            ClientId = context.Run.ClientId,
            Correction = context.Correction,
            ProximalCentre = context.ProximalCentre,
            Progress = context.Progress,
            Time = _time,
            Threads = _threads,
        });
        var outcome = sgd.Run(cancellationToken);
        var metrics = Metrics(workspace.Model, outcome.Loss, outcome.Accuracy);
        if (baseLoss is { } loss)
        {
            metrics[UpdateFacts.BaseLossMetric] = loss;
        }

        return (outcome.Steps, metrics);
    }

    private static Dictionary<string, double> Metrics(ModelDefinition model, double loss, double accuracy)
    {
        if (!double.IsFinite(loss))
        {
            throw new InvalidOperationException($"the loss is {loss}: training diverged; lower the learning rate, or scale the features");
        }

        var metrics = new Dictionary<string, double> { ["loss"] = loss };
        if (model.Classifies)
        {
            metrics["accuracy"] = accuracy;
        }

        return metrics;
    }

    private FitResult Fit(ModelDefinition model, FitContext context, CancellationToken cancellationToken)
    {
        var workspace = new SgdWorkspace(model, _threads);
        var (steps, metrics) = TrainIn(workspace, context, cancellationToken);
        return new(workspace.Parameters.Span.ToArray(), _data.Train.Count, steps, metrics);
    }

    private EvaluationResult Evaluate(ModelDefinition model, EvaluationContext context, CancellationToken cancellationToken)
    {
        var classes = model.Classifies ? new ClassMetrics(model) : null;
        var (loss, accuracy) = Evaluator.Run(model, _data.Test, context.Parameters.Span, _threads, cancellationToken, classes);
        var metrics = Metrics(model, loss, accuracy);
        foreach (var (name, value) in classes?.Results() ?? [])
        {
            metrics[name] = value;
        }

        return new(_data.Test.Count, metrics);
    }

    private ModelDefinition RequireModel(RunContext run, int parameters)
    {
        if (DeclineReason(run) is { } reason)
        {
            throw new InvalidOperationException(reason);
        }

        var model = ModelRegistry.Create(run.Model).Definition!;
        return parameters == model.Manifest.ElementCount
            ? model
            : throw new InvalidOperationException($"expected {model.Manifest.ElementCount} parameters, got {parameters}");
    }

    private string? UnfitData(ModelDefinition model, bool evaluateOnly)
    {
        var data = evaluateOnly ? _data.Test : _data.Train;
        return data.Count == 0 ? $"this participant has no {(evaluateOnly ? "test" : "training")} examples"
            : data.FeatureCount != model.Inputs ? $"the model takes {model.Inputs} inputs, this participant's examples have {data.FeatureCount} features"
            : data.Classes != model.Classes ? $"the model {Labels(model.Classes)}, this participant's data {Labels(data.Classes)}"
            : null;
    }

    private static string Labels(int classes) => classes == 0 ? "has real targets" : $"has {classes} classes";
}
