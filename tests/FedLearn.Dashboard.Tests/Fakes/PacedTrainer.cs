using System.Threading.Channels;
using FedLearn.Client.Training;

namespace FedLearn.Dashboard.Tests.Fakes;

/// <summary>A trainer of known numbers that trains only when the test lets it: loss 1/round, accuracy 1 - 1/(round + 1).</summary>
internal sealed class PacedTrainer : ITrainer
{
    private readonly Channel<int> _permits = Channel.CreateUnbounded<int>();

    public string Kind => "own";

    public string? DataSchemaDigest => null;

    public long TrainingExamples => 60;

    /// <summary>Lets so many fits end.</summary>
    public void Let(int fits)
    {
        for (var i = 0; i < fits; i++)
        {
            _permits.Writer.TryWrite(i);
        }
    }

    public string? DeclineReason(RunContext run) => null;

    public async ValueTask<FitResult> FitAsync(FitContext context, CancellationToken cancellationToken)
    {
        await _permits.Reader.ReadAsync(cancellationToken);
        var trained = context.Parameters.ToArray().Select(p => p + 1f).ToArray();
        return new FitResult(trained, 60, 6, new Dictionary<string, double> { ["loss"] = 1.0 / context.Round });
    }

    public ValueTask<EvaluationResult> EvaluateAsync(EvaluationContext context, CancellationToken cancellationToken) =>
        ValueTask.FromResult(new EvaluationResult(10, new Dictionary<string, double> { ["loss"] = 1.1 / context.Round, ["accuracy"] = 1 - (1.0 / (context.Round + 1)) }));
}
