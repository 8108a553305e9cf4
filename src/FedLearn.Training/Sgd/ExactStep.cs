using System.Numerics.Tensors;
using FedLearn.Training.Data;
using FedLearn.Training.Models;
using FedLearn.Training.Models.Kernels;

namespace FedLearn.Training.Sgd;

/// <summary>
/// A step on a large or the whole batch: gradients of chunks in float32, added up in double, and the step itself in double, rounded once.
/// So full-batch descent on parts, averaged, stays within float rounding of full-batch descent on the union.
/// </summary>
internal sealed unsafe class ExactStep(Network network, SgdWorkspace workspace, SgdJob job) : ISgdStep
{
    /// <summary>
    /// The most examples whose gradient is summed in float32, and that are in memory at once. Fewer are slower: the smaller the chunks, the more
    /// often all parameters are passed over (`whole-batch` of the benchmarks).
    /// </summary>
    public const int ChunkSize = 128;

    private readonly AlignedFloats _parameters = workspace.Parameters;
    private readonly AlignedFloats _chunk = workspace.Gradient;
    private readonly double[] _gradient = workspace.ExactGradient;
    private readonly double[]? _velocity = job.Settings.Momentum > 0 ? Cleared(workspace.ExactVelocity) : null;
    private readonly float[]? _centre = job.Settings.ProximalMu > 0 ? StoredStep.CentreOf(workspace, job) : null;
    private readonly double _rate = job.Settings.LearningRateAt(job.Round);

    /// <inheritdoc/>
    public LossSum Do(DataSet data, ReadOnlySpan<int> batch)
    {
        Array.Clear(_gradient);
        var sum = default(LossSum);
        for (var start = 0; start < batch.Length; start += network.MaximumBatch)
        {
            var chunk = batch.Slice(start, Math.Min(network.MaximumBatch, batch.Length - start));
            network.Gather(data, chunk);
            sum += network.Forward(_parameters.Pointer, chunk.Length, differentiate: true);
            network.Backward(_parameters.Pointer, chunk.Length, _chunk.Pointer, alpha: 0, beta: 1);
            WideSum.Add(_chunk.Span, _gradient);
        }

        Move(1.0 / batch.Length);
        return sum;
    }

    private void Move(double scale)
    {
        var weights = _parameters.Span;
        var correction = job.Correction.Span;
        scale *= ClipFactor(scale);
        for (var i = 0; i < weights.Length; i++)
        {
            var step = (_gradient[i] * scale) + (job.Settings.WeightDecay * weights[i]);
            if (_centre is not null)
            {
                step += job.Settings.ProximalMu * ((double)weights[i] - _centre[i]);
            }

            if (correction.Length > 0)
            {
                step += correction[i];
            }

            if (_velocity is not null)
            {
                _velocity[i] = step += job.Settings.Momentum * _velocity[i];
            }

            weights[i] = (float)(weights[i] - (_rate * step));
        }
    }

    private static double[] Cleared(double[] values)
    {
        Array.Clear(values);
        return values;
    }

    private double ClipFactor(double scale)
    {
        if (job.Settings.MaxGradientNorm == 0)
        {
            return 1;
        }

        var norm = scale * Math.Sqrt(TensorPrimitives.SumOfSquares<double>(_gradient));
        return norm > job.Settings.MaxGradientNorm ? job.Settings.MaxGradientNorm / norm : 1;
    }
}
