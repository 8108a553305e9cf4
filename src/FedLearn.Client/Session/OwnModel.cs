using System.Numerics.Tensors;
using FedLearn.Client.Training;
using FedLearn.Core.Rounds;
using FedLearn.Protocol.V1;

namespace FedLearn.Client.Session;

/// <summary>The client's personal model (Ditto: Li et al. 2021, algorithm 1), carried from round to round and never sent.</summary>
internal sealed class OwnModel(CarriedFloats carried)
{
    /// <summary>Trains it in a round, once the update is trained; empty where the run has none.</summary>
    /// <exception cref="InvalidDataException">Training diverged.</exception>
    public async Task<ReadOnlyMemory<float>> TrainAsync(ITrainer trainer, FitContext round, CancellationToken cancellationToken)
    {
        if (round.Run.Settings.PersonalLambda == 0)
        {
            return default;
        }

        var start = await FindAsync(round.Run, round.Round, cancellationToken).ConfigureAwait(false);
        var result = await trainer.FitAsync(round.ForPersonal(start), cancellationToken).ConfigureAwait(false);
        cancellationToken.ThrowIfCancellationRequested();
        TrainerResults.Check(result, round.Run.Manifest.ElementCount);
        return TensorPrimitives.IsFiniteAll(result.Parameters.Span)
            ? result.Parameters
            : throw new InvalidDataException("the personal model holds NaN or Inf: its training diverged");
    }

    /// <summary>Keeps, durably, what it is if the round counts an update.</summary>
    public void Keep(FitAssignment fit, ReadOnlyMemory<float> trained, ReadOnlySpan<byte> updateDigest)
    {
        if (!trained.IsEmpty)
        {
            carried.Keep(fit.RunId, fit.Round, trained.Span, updateDigest);
        }
    }

    /// <summary>Evaluates it where there is one, and adds its metrics to those of the version.</summary>
    /// <param name="trainer">The trainer.</param>
    /// <param name="version">What was evaluated.</param>
    /// <param name="result">What that gave.</param>
    /// <param name="cancellationToken">Ends the evaluation.</param>
    public async Task<EvaluationResult> AddToAsync(ITrainer trainer, EvaluationContext version, EvaluationResult result, CancellationToken cancellationToken)
    {
        // What this round left counts already: its version is published.
        if (await FindAsync(version.Run, version.Round + 1, cancellationToken).ConfigureAwait(false) is not { } own)
        {
            return result;
        }

        var personal = await trainer.EvaluateAsync(version with { Parameters = own }, cancellationToken).ConfigureAwait(false);
        var metrics = result.Metrics.ToDictionary();
        foreach (var (of, name) in PersonalMetrics.All)
        {
            if (personal.Metrics.TryGetValue(of, out var value))
            {
                metrics[name] = value;
            }
        }

        return result with { Metrics = metrics };
    }

    private async Task<float[]?> FindAsync(RunContext run, int round, CancellationToken cancellationToken) => run.Settings.PersonalLambda > 0
        ? await carried.FindAsync(run.RunId, round, checked((int)run.Manifest.ElementCount), cancellationToken).ConfigureAwait(false)
        : null;
}
