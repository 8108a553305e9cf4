using System.Text.Json;
using FedLearn.Core.Models;
using FedLearn.Core.Specs;

namespace FedLearn.Client.Training;

/// <summary>
/// What a participant implements: train a model on its own data, and say how good a model is on it. The session (download,
/// upload, deltas, resume, reconnect) is the SDK's work. A trainer serves one model kind.
/// </summary>
public interface ITrainer
{
    /// <summary>The <c>model.kind</c> of the runs that this trainer serves, such as <c>mlp</c>.</summary>
    string Kind { get; }

    /// <summary>
    /// SHA-256 (lower-case hex) of the schema of the data that this trainer holds, or null where it has none. A run that names
    /// another digest is declined with both shown.
    /// </summary>
    string? DataSchemaDigest { get; }

    /// <summary>
    /// The size of the local training set, which the answer to a run tells the coordinator: runs that select clients by data size go by it. 0, the
    /// default, does not tell.
    /// </summary>
    long TrainingExamples => 0;

    /// <summary>
    /// Whether <see cref="FitAsync"/> adds <see cref="FitContext.Correction"/> to the gradient of each of its steps, which are those of plain SGD.
    /// The strategy scaffold needs it; a client whose trainer does not do so declines such a run. Default false.
    /// </summary>
    bool TakesCorrection => false;

    /// <summary>
    /// Whether <see cref="FitAsync"/> pulls with <see cref="ClientSettings.ProximalMu"/> towards <see cref="FitContext.ProximalCentre"/> where there is one.
    /// Runs with <c>client.personalLambda</c> need it; a client whose trainer does not do so declines such a run. Default false.
    /// </summary>
    bool TakesProximalCentre => false;

    /// <summary>
    /// Why this trainer cannot serve the run (no examples, a model of another shape, ...), or null where it can. Asked once before
    /// the first round; the reason is what the operator reads.
    /// </summary>
    string? DeclineReason(RunContext run);

    /// <summary>
    /// Of a classifier the examples of each label from 0, which add up to <see cref="TrainingExamples"/>, at most 1,000 labels; or none, the default.
    /// Operators see how unlike the participants' data are. Nothing of it leaves this process unless <see cref="WorkerOptions.ReportLabelCounts"/> is set.
    /// </summary>
    IReadOnlyList<long> LabelCounts => [];

    /// <summary>Trains from <see cref="FitContext.Parameters"/> and returns the new parameters (not the delta).</summary>
    /// <param name="context">The run, round, base parameters and where to report progress.</param>
    /// <param name="cancellationToken">Cancelled when the round is over or the worker stops.</param>
    ValueTask<FitResult> FitAsync(FitContext context, CancellationToken cancellationToken);

    /// <summary>Evaluates parameters on the participant's own test data.</summary>
    ValueTask<EvaluationResult> EvaluateAsync(EvaluationContext context, CancellationToken cancellationToken);
}

/// <summary>What stays the same during a run.</summary>
/// <param name="RunId">The run.</param>
/// <param name="ClientId">This participant.</param>
/// <param name="Seed">The run's seed; batches are drawn from (seed, round, client id).</param>
/// <param name="Model">The spec's <c>model</c> object: <c>kind</c> and what the kind needs.</param>
/// <param name="Manifest">The tensors, in vector order.</param>
/// <param name="Settings">The spec's client settings.</param>
/// <param name="DataSchemaDigest">The schema digest that the run asks for, or null where it asks for none.</param>
public sealed record RunContext(
    string RunId,
    string ClientId,
    long Seed,
    JsonElement Model,
    ModelManifest Manifest,
    ClientSettings Settings,
    string? DataSchemaDigest)
{
    /// <summary>Whether this participant never trains (<see cref="WorkerOptions.EvaluateOnly"/>): <see cref="ITrainer.FitAsync"/> is not called.</summary>
    public bool EvaluateOnly { get; init; }
}

/// <summary>One round's local training.</summary>
/// <param name="Run">The run.</param>
/// <param name="Round">The round's number, from 1.</param>
/// <param name="Parameters">The base version's parameters in manifest order. Not to be written to.</param>
/// <param name="Progress">Where to say how far training is.</param>
public sealed record FitContext(
    RunContext Run,
    int Round,
    ReadOnlyMemory<float> Parameters,
    IProgress<FitProgress> Progress)
{
    /// <summary>
    /// What is added to the gradient of each step, after clipping; as long as the parameters, or empty where there is nothing to add. Only a
    /// trainer that <see cref="ITrainer.TakesCorrection"/> ever sees one. Not to be written to, nor kept.
    /// </summary>
    public ReadOnlyMemory<float> Correction { get; init; }

    /// <summary>
    /// What <see cref="ClientSettings.ProximalMu"/> pulls towards, held fixed: mu (v - centre) is added to each gradient. As long as the parameters; empty
    /// where it is <see cref="Parameters"/>. Only a trainer that <see cref="ITrainer.TakesProximalCentre"/> ever sees one. Not to be written to, nor kept.
    /// </summary>
    public ReadOnlyMemory<float> ProximalCentre { get; init; }

    /// <summary>
    /// The pass that trains a personal model in the same round (Ditto: Li et al. 2021, algorithm 1, line 7): from where that model stands, pulled towards
    /// the base version that <see cref="Parameters"/> are, uncorrected and silent.
    /// </summary>
    /// <param name="personal">The personal model so far, or null before there is one: then it starts as the base version.</param>
    public FitContext ForPersonal(float[]? personal) =>
        new(Run with { Settings = Run.Settings.ForPersonal() }, Round, personal ?? Parameters, Silence.Instance) { ProximalCentre = Parameters };

    private sealed class Silence : IProgress<FitProgress>
    {
        public static Silence Instance { get; } = new();

        public void Report(FitProgress value)
        {
        }
    }
}

/// <summary>One evaluation of a published version.</summary>
/// <param name="Run">The run.</param>
/// <param name="Round">The round whose version is evaluated.</param>
/// <param name="Parameters">The version's parameters in manifest order. Not to be written to.</param>
public sealed record EvaluationContext(RunContext Run, int Round, ReadOnlyMemory<float> Parameters);

/// <summary>What local training gave.</summary>
/// <param name="Parameters">The trained parameters in manifest order; a buffer the SDK may keep until its upload is acknowledged.</param>
/// <param name="NumExamples">The size of the local training set: the weight in FedAvg. At least 1.</param>
/// <param name="Steps">The optimizer steps done.</param>
/// <param name="Metrics">Finite numbers by name; <c>loss</c> is the mean training loss over the local work.</param>
public sealed record FitResult(
    ReadOnlyMemory<float> Parameters,
    long NumExamples,
    long Steps,
    IReadOnlyDictionary<string, double> Metrics);

/// <summary>What an evaluation gave.</summary>
/// <param name="NumExamples">The examples evaluated: the weight of the metrics. At least 1.</param>
/// <param name="Metrics">Finite numbers by name: <c>loss</c>, and for classifiers <c>accuracy</c> in 0..1.</param>
public sealed record EvaluationResult(long NumExamples, IReadOnlyDictionary<string, double> Metrics);

/// <summary>How far local training is.</summary>
/// <param name="Epoch">The current epoch, from 1.</param>
/// <param name="Epochs">How many there will be.</param>
/// <param name="Step">Steps done so far in this round.</param>
/// <param name="Loss">The mean training loss of the epoch so far.</param>
public readonly record struct FitProgress(int Epoch, int Epochs, long Step, double Loss);
