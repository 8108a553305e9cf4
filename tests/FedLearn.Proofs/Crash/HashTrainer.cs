using FedLearn.Client.Training;

namespace FedLearn.Proofs.Crash;

/// <summary>
/// A trainer whose parameters are a function of (run seed, round, client id, base) and of nothing else: whoever asks again, in another
/// process or years later, gets the same bits.
/// </summary>
/// <param name="mayTrain">Is awaited before each training, so that a proof can hold a round; null holds none.</param>
internal sealed class HashTrainer(Func<FitContext, Task>? mayTrain = null) : ITrainer
{
    public const string ModelKind = "hash";

    public string Kind => ModelKind;

    public string? DataSchemaDigest => null;

    public string? DeclineReason(RunContext run) => null;

    public async ValueTask<FitResult> FitAsync(FitContext context, CancellationToken cancellationToken)
    {
        if (mayTrain is not null)
        {
            await mayTrain(context).WaitAsync(cancellationToken).ConfigureAwait(false);
        }

        var trained = new float[context.Parameters.Length];
        Train(context.Parameters.Span, trained, context.Run.Seed, context.Round, context.Run.ClientId);
        return new FitResult(trained, ExamplesOf(context.Run.ClientId), 1, new Dictionary<string, double> { ["loss"] = 1.0 / context.Round });
    }

    public ValueTask<EvaluationResult> EvaluateAsync(EvaluationContext context, CancellationToken cancellationToken) =>
        ValueTask.FromResult(new EvaluationResult(
            ExamplesOf(context.Run.ClientId),
            new Dictionary<string, double> { ["loss"] = Math.Abs((double)context.Parameters.Span[0]), ["accuracy"] = 0.5 }));

    /// <summary>The weight of a client's update: 7 to 106, rarely the same for two.</summary>
    public static long ExamplesOf(string clientId) => 7 + (long)(Hash(0, clientId) % 100);

    /// <summary>Pulls every parameter towards zero and adds noise of its own place, so that rounding shows any change of order.</summary>
    public static void Train(ReadOnlySpan<float> basis, Span<float> trained, long seed, int round, string clientId)
    {
        var state = Hash(unchecked((ulong)seed * 1_000_003) + (ulong)round, clientId);
        for (var i = 0; i < trained.Length; i++)
        {
            var noise = (int)(Mix(state + (ulong)i) >> 32) * (1f / (1L << 31));
            trained[i] = (basis[i] * 0.75f) + (noise * 0.3f);
        }
    }

    private static ulong Hash(ulong start, string text) => text.Aggregate(Mix(start + 1), (hash, c) => Mix(hash ^ c));

    /// <summary>The finaliser of SplitMix64 (Steele, Lea and Flood 2014).</summary>
    private static ulong Mix(ulong z)
    {
        unchecked
        {
            z += 0x9E3779B97F4A7C15;
            z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
            z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
            return z ^ (z >> 31);
        }
    }
}
