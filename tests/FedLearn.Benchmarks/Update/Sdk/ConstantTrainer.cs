using System.Numerics.Tensors;
using FedLearn.Client.Training;

namespace FedLearn.Benchmarks.Update.Sdk;

/// <summary>No training: returns the base plus a constant at once.</summary>
internal sealed class ConstantTrainer(float step) : ITrainer
{
    private static readonly Dictionary<string, double> s_metrics = new() { ["loss"] = 0.5 };

    /// <summary>Kept over the rounds: one is over before the next begins.</summary>
    private float[] _result = [];

    public string Kind => RunSpecs.Kind;

    public string? DataSchemaDigest => null;

    public string? DeclineReason(RunContext run) => null;

    public ValueTask<FitResult> FitAsync(FitContext context, CancellationToken cancellationToken)
    {
        if (_result.Length != context.Parameters.Length)
        {
            _result = GC.AllocateUninitializedArray<float>(context.Parameters.Length);
        }

        TensorPrimitives.Add(context.Parameters.Span, step, _result);
        return ValueTask.FromResult(new FitResult(_result, 100, 1, s_metrics));
    }

    public ValueTask<EvaluationResult> EvaluateAsync(EvaluationContext context, CancellationToken cancellationToken) =>
        ValueTask.FromResult(new EvaluationResult(100, s_metrics));
}
