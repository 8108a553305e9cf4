using FedLearn.Client.Training;

namespace FedLearn.Proofs.Networks;

/// <summary>A trainer whose result is a function of (round, client, base) alone, cheap enough that the network is what takes the time.</summary>
internal sealed class SeededTrainer : ITrainer
{
    public const string ModelKind = "seeded";

    public string Kind => ModelKind;

    public string? DataSchemaDigest => null;

    public string? DeclineReason(RunContext run) => null;

    public ValueTask<FitResult> FitAsync(FitContext context, CancellationToken cancellationToken)
    {
        var trained = GC.AllocateUninitializedArray<float>(context.Parameters.Length);
        var basis = context.Parameters.Span;
        var state = context.Run.ClientId.Aggregate((uint)context.Round * 2_654_435_761, (h, c) => unchecked((h * 31) + c));
        for (var i = 0; i < trained.Length; i++)
        {
            // A step of a linear congruential generator (Numerical Recipes); its upper bits make a delta of up to 2^-4.
            state = unchecked((state * 1_664_525) + 1_013_904_223);
            trained[i] = basis[i] + ((int)(state >> 8) * (1f / (1 << 28)));
        }

        var examples = 10 + (long)(context.Run.ClientId[^1] % 7);
        return ValueTask.FromResult(new FitResult(trained, examples, 1, new Dictionary<string, double> { ["loss"] = 1 }));
    }

    public ValueTask<EvaluationResult> EvaluateAsync(EvaluationContext context, CancellationToken cancellationToken) =>
        ValueTask.FromResult(new EvaluationResult(1, new Dictionary<string, double> { ["loss"] = Math.Abs((double)context.Parameters.Span[0]) }));
}
