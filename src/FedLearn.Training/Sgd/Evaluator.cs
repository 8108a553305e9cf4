using FedLearn.Training.Data;
using FedLearn.Training.Models;
using FedLearn.Training.Models.Kernels;

namespace FedLearn.Training.Sgd;

/// <summary>A model's mean loss, and its accuracy where it classifies, on a data set.</summary>
internal static unsafe class Evaluator
{
    private const int ChunkSize = 128;

    public static (double Loss, double Accuracy) Run(
        ModelDefinition model, DataSet data, ReadOnlySpan<float> parameters, int threads, CancellationToken cancellationToken, ClassMetrics? classes = null)
    {
        var own = new AlignedFloats(parameters.Length);
        parameters.CopyTo(own.Span);
        var network = model.CreateNetwork(Math.Min(ChunkSize, data.Count), threads);
        Span<int> indices = stackalloc int[ChunkSize];
        var sum = default(LossSum);
        for (var start = 0; start < data.Count; start += ChunkSize)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var chunk = indices[..Math.Min(ChunkSize, data.Count - start)];
            for (var i = 0; i < chunk.Length; i++)
            {
                chunk[i] = start + i;
            }

            network.Gather(data, chunk);
            sum += network.Forward(own.Pointer, chunk.Length, differentiate: false);
            classes?.Add(network.Outputs(chunk.Length), network.Labels(chunk.Length));
        }

        GC.KeepAlive(own);
        return (sum.Loss / data.Count, (double)sum.Correct / data.Count);
    }
}
