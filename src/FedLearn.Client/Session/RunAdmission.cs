using System.Text.Json;
using FedLearn.Client.Training;
using FedLearn.Core.Models;
using FedLearn.Core.Proofs;
using FedLearn.Core.Specs;
using FedLearn.Protocol.V1;

namespace FedLearn.Client.Session;

/// <summary>What the client answers to a run: its trainer and what the trainer is told, or why it declines.</summary>
internal abstract record RunAnswer
{
    public sealed record Accepted(RunContext Context, ITrainer Trainer, long NumExamples, RunSpec Spec) : RunAnswer
    {
        /// <summary>The tensors that stay with this client.</summary>
        public LocalTensors Local { get; } = LocalTensors.Of(Spec.Client.LocalTensors, Context.Manifest);

        /// <summary>Of each label so many training examples; none where they are not told.</summary>
        public IReadOnlyList<long> LabelCounts { get; init; } = [];

        /// <summary>SHA-256 of the run's spec as it was announced, lower-case hex: what manifests name it by.</summary>
        public required string SpecDigest { get; init; }
    }

    public sealed record Declined(string Reason) : RunAnswer;
}

/// <summary>Decides whether this client serves a run.</summary>
internal sealed class RunAdmission(WorkerOptions options, IReadOnlyCollection<ITrainer> trainers)
{
    public RunAnswer Decide(RunAnnouncement run)
    {
        var read = RunSpecParser.Parse(run.SpecJson);
        return read.Spec is { } spec
            ? Decide(run, spec)
            : new RunAnswer.Declined($"this client cannot read the run's spec: {read.MistakesText.ReplaceLineEndings("; ")}");
    }

    private RunAnswer Decide(RunAnnouncement run, RunSpec spec)
    {
        if (options.Policy.WhyNot(spec.Name, spec) is { } against)
        {
            return new RunAnswer.Declined(against);
        }

        var trainer = trainers.FirstOrDefault(t => t.Kind == spec.Model.Kind);
        if (trainer is null)
        {
            return new RunAnswer.Declined(
                $"no trainer for model kind '{spec.Model.Kind}' here; this client has: {string.Join(", ", trainers.Select(t => t.Kind).Order(StringComparer.Ordinal))}");
        }

        if (run.Manifest?.Hash != spec.Model.Manifest.Hash)
        {
            return new RunAnswer.Declined(
                $"the manifest announced ({run.Manifest?.Hash}) is not the one that the spec's tensors give ({spec.Model.Manifest.Hash})");
        }

        if (run.DataSchemaDigest.Length > 0 && run.DataSchemaDigest != trainer.DataSchemaDigest)
        {
            return new RunAnswer.Declined(
                $"the run asks for data of schema {run.DataSchemaDigest}, this client's data has {trainer.DataSchemaDigest ?? "none"}");
        }

        if (!options.EvaluateOnly && StrategyKinds.ByName[spec.Strategy.Kind].HasControl && !trainer.TakesCorrection)
        {
            return new RunAnswer.Declined(
                $"the run's strategy is {spec.Strategy.Kind}, whose steps add a correction to each gradient; this client's trainer for '{spec.Model.Kind}' does not (ITrainer.TakesCorrection)");
        }

        if (!options.EvaluateOnly && spec.Client.PersonalLambda > 0 && !trainer.TakesProximalCentre)
        {
            return new RunAnswer.Declined(
                $"the run has client.personalLambda, whose steps pull towards the base version; this client's trainer for '{spec.Model.Kind}' does not (ITrainer.TakesProximalCentre)");
        }

        var (context, digest) = (ContextOf(run, spec), Sha256Value.Of(System.Text.Encoding.UTF8.GetBytes(run.SpecJson)).ToString());
        return trainer.DeclineReason(context) is { } reason
            ? new RunAnswer.Declined(reason)
            : options.EvaluateOnly ? new RunAnswer.Accepted(context, trainer, 0, spec) { SpecDigest = digest }
            : new RunAnswer.Accepted(context, trainer, Math.Max(0, trainer.TrainingExamples), spec) { SpecDigest = digest, LabelCounts = options.ReportLabelCounts ? trainer.LabelCounts : [] };
    }

    private RunContext ContextOf(RunAnnouncement run, RunSpec spec)
    {
        using var model = JsonDocument.Parse(spec.Model.Json);
        return new RunContext(
            run.RunId,
            options.ClientId,
            run.Seed,
            model.RootElement.Clone(),
            spec.Model.Manifest,
            WithLocalLimits(spec.Client),
            run.DataSchemaDigest.Length > 0 ? run.DataSchemaDigest : null)
        {
            EvaluateOnly = options.EvaluateOnly,
        };
    }

    private ClientSettings WithLocalLimits(ClientSettings settings) => settings with
    {
        MaxSteps = (long)Tighter(settings.MaxSteps, options.MaxSteps),
        MaxSeconds = Tighter(settings.MaxSeconds, options.MaxSeconds),
    };

    /// <summary>The smaller of two limits, of which 0 means none.</summary>
    private static double Tighter(double a, double b) => a == 0 ? b : b == 0 ? a : Math.Min(a, b);
}
