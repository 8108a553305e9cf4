using System.Threading.Channels;
using FedLearn.Client.Training;

namespace FedLearn.Client.Tests.Fakes;

/// <summary>A trainer whose work is arithmetic: parameter i of round r grows by r + i/1024, so that every delta is known.</summary>
internal sealed class ScriptedTrainer(string kind = "own") : ITrainer
{
    public string Kind => kind;

    public string? DataSchemaDigest { get; init; }

    public long TrainingExamples { get; init; }

    public bool TakesCorrection { get; init; }

    public bool TakesProximalCentre { get; init; }

    public IReadOnlyList<long> LabelCounts { get; init; } = [];

    public Func<RunContext, string?> Decline { get; init; } = _ => null;

    /// <summary>Runs before a fit returns.</summary>
    public Func<FitContext, CancellationToken, Task> DuringFit { get; set; } = (_, _) => Task.CompletedTask;

    /// <summary>The fits begun, in order.</summary>
    public Channel<FitContext> Fits { get; } = Channel.CreateUnbounded<FitContext>();

    public static float Delta(int round, int index) => round + ((index % 4096) / 1024f);

    public string? DeclineReason(RunContext run) => Decline(run);

    public async ValueTask<FitResult> FitAsync(FitContext context, CancellationToken cancellationToken)
    {
        Fits.Writer.TryWrite(context);
        await DuringFit(context, cancellationToken);
        var trained = context.Parameters.ToArray();
        for (var i = 0; i < trained.Length; i++)
        {
            trained[i] += Delta(context.Round, i);
        }

        context.Progress.Report(new FitProgress(1, 1, 300, 0.5));
        context.Progress.Report(new FitProgress(1, 1, 600, 0.412));
        return new FitResult(trained, 60, 600, new Dictionary<string, double> { ["loss"] = 0.412 });
    }

    /// <summary>The evaluations asked for, in order.</summary>
    public Channel<EvaluationContext> Evaluations { get; } = Channel.CreateUnbounded<EvaluationContext>();

    public ValueTask<EvaluationResult> EvaluateAsync(EvaluationContext context, CancellationToken cancellationToken)
    {
        Evaluations.Writer.TryWrite(context);
        return ValueTask.FromResult(new EvaluationResult(10, new Dictionary<string, double> { ["loss"] = 0.25, ["accuracy"] = 0.9 }));
    }
}
