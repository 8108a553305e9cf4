using FedLearn.Core.Specs;
using FedLearn.Training.Data;
using FedLearn.Training.Models;

namespace FedLearn.Training.Sgd;

/// <summary>
/// Mini-batch SGD on one participant's data, PyTorch's conventions: g = mean gradient (clipped) + wd * w + mu * (w - centre) + correction;
/// v = m * v + g; w -= lr * v. After its buffers are made, a step allocates nothing.
/// </summary>
internal sealed class LocalSgd
{
    private readonly DataSet _data;
    private readonly SgdJob _job;
    private readonly SgdWorkspace _workspace;
    private readonly ISgdStep _step;
    private readonly int _batchSize;

    public LocalSgd(ModelDefinition model, DataSet data, ReadOnlySpan<float> parameters, SgdJob job)
        : this(new SgdWorkspace(model, job.Threads), data, parameters, job)
    {
    }

    /// <summary>Trains in a workspace of its own threads, where the parameters stand until the next training.</summary>
    public LocalSgd(SgdWorkspace workspace, DataSet data, ReadOnlySpan<float> parameters, SgdJob job)
    {
        (_workspace, _data, _job) = (workspace, data, job);
        parameters.CopyTo(workspace.Parameters.Span);
        _batchSize = job.Settings.BatchSize == 0 ? data.Count : Math.Min(job.Settings.BatchSize, data.Count);
        var exact = job.Settings.BatchSize == 0 || _batchSize > ExactStep.ChunkSize;
        var network = workspace.NetworkFor(exact ? Math.Min(_batchSize, ExactStep.ChunkSize) : _batchSize);
        _step = exact ? new ExactStep(network, workspace, job)
            : job.Settings.Momentum > 0 || job.Settings.ProximalMu > 0 || job.Correction.Length > 0 ? new StoredStep(network, workspace, job)
            : new PlainStep(network, workspace, job);
    }

    /// <summary>The parameters, once trained.</summary>
    public ReadOnlySpan<float> Parameters => _workspace.Parameters.Span;

    /// <summary>Trains until the epochs are done or a limit is reached.</summary>
    public SgdOutcome Run(CancellationToken cancellationToken)
    {
        var settings = _job.Settings;
        var order = new BatchOrder(_data.Count, _job.Seed, _job.Round, _job.ClientId);
        var limits = new Limits(settings, _job.Time);
        var total = default(LossSum);
        long steps = 0, examples = 0;
        for (var epoch = 1; epoch <= settings.Epochs && !limits.Reached(steps); epoch++)
        {
            var indices = order.NextEpoch();
            var (sum, seen) = (default(LossSum), 0);
            for (; seen < indices.Length && !limits.Reached(steps); steps++)
            {
                cancellationToken.ThrowIfCancellationRequested();
                var batch = indices.Slice(seen, Math.Min(_batchSize, indices.Length - seen));
                sum += _step.Do(_data, batch);
                seen += batch.Length;
            }

            total += sum;
            examples += seen;
            _job.Progress?.Report(new(epoch, settings.Epochs, steps, sum.Loss / seen));
        }

        return new(steps, total.Loss / examples, (double)total.Correct / examples);
    }

    private readonly struct Limits(ClientSettings settings, TimeProvider time)
    {
        private readonly long _start = time.GetTimestamp();

        /// <summary>Whether training must end; never before the first step, so that there is a result.</summary>
        public bool Reached(long steps) => steps > 0
            && ((settings.MaxSteps > 0 && steps >= settings.MaxSteps)
                || (settings.MaxSeconds > 0 && time.GetElapsedTime(_start).TotalSeconds >= settings.MaxSeconds));
    }
}
