using FedLearn.Client.Training;

namespace FedLearn.Dashboard.Tests.Fakes;

/// <summary>A real trainer that does not come to an end in some rounds: so that a picture shows clients at work.</summary>
/// <param name="real">The trainer.</param>
/// <param name="holds">Whether it goes on for as long as a round lasts.</param>
internal sealed class HeldTrainer(ITrainer real, Predicate<int> holds) : ITrainer
{
    public string Kind => real.Kind;

    public string? DataSchemaDigest => real.DataSchemaDigest;

    public long TrainingExamples => real.TrainingExamples;

    public bool TakesCorrection => real.TakesCorrection;

    public bool TakesProximalCentre => real.TakesProximalCentre;

    public string? DeclineReason(RunContext run) => real.DeclineReason(run);

    public async ValueTask<FitResult> FitAsync(FitContext context, CancellationToken cancellationToken)
    {
        if (holds(context.Round))
        {
            await new TaskCompletionSource().Task.WaitAsync(cancellationToken);
        }

        return await real.FitAsync(context, cancellationToken);
    }

    public ValueTask<EvaluationResult> EvaluateAsync(EvaluationContext context, CancellationToken cancellationToken) => real.EvaluateAsync(context, cancellationToken);
}
