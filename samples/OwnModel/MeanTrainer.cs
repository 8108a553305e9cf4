using FedLearn.Client.Training;

namespace OwnModel;

/// <summary>Model kind <c>mean</c>: one parameter, which gradient descent on (w - x)^2/2 moves towards the mean of the numbers.</summary>
public sealed class MeanTrainer(float[] numbers) : ITrainer
{
    public string Kind => "mean";

    public string? DataSchemaDigest => null;

    public string? DeclineReason(RunContext run) =>
        numbers.Length == 0 ? "no numbers here" : run.Manifest.ElementCount != 1 ? "the mean has one parameter" : null;

    public ValueTask<FitResult> FitAsync(FitContext context, CancellationToken cancellationToken)
    {
        var w = context.Parameters.Span[0];
        var rate = (float)context.Run.Settings.LearningRateAt(context.Round);
        for (var epoch = 1; epoch <= context.Run.Settings.Epochs; epoch++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            w -= rate * (w - numbers.Average());
            context.Progress.Report(new FitProgress(epoch, context.Run.Settings.Epochs, epoch, Loss(w)));
        }

        var metrics = new Dictionary<string, double> { ["loss"] = Loss(w) };
        return ValueTask.FromResult(new FitResult(new[] { w }, numbers.Length, context.Run.Settings.Epochs, metrics));
    }

    public ValueTask<EvaluationResult> EvaluateAsync(EvaluationContext context, CancellationToken cancellationToken) =>
        ValueTask.FromResult(new EvaluationResult(numbers.Length, new Dictionary<string, double> { ["loss"] = Loss(context.Parameters.Span[0]) }));

    private double Loss(float w) => numbers.Average(x => (w - x) * (w - x) / 2);
}
