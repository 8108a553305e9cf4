using FedLearn.Client.Training;

namespace FedLearn.Dashboard.Tests.Fakes;

/// <summary>A real trainer that takes as long as one on more data: so that a picture shows clients at work.</summary>
internal sealed class SlowTrainer(ITrainer real, Func<int, TimeSpan> pause) : ITrainer
{
    public string Kind => real.Kind;

    public string? DataSchemaDigest => real.DataSchemaDigest;

    public long TrainingExamples => real.TrainingExamples;

    public bool TakesCorrection => real.TakesCorrection;

    public bool TakesProximalCentre => real.TakesProximalCentre;

    public string? DeclineReason(RunContext run) => real.DeclineReason(run);

    public async ValueTask<FitResult> FitAsync(FitContext context, CancellationToken cancellationToken)
    {
        await Task.Delay(pause(context.Round), cancellationToken);
        return await real.FitAsync(context, cancellationToken);
    }

    public ValueTask<EvaluationResult> EvaluateAsync(EvaluationContext context, CancellationToken cancellationToken) => real.EvaluateAsync(context, cancellationToken);
}
