using FedLearn.Client.Pending;
using FedLearn.Client.Training;
using FedLearn.Client.Vault;
using FedLearn.Core.Aggregation;
using FedLearn.Core.Encodings;
using FedLearn.Core.Proofs;
using FedLearn.Protocol.V1;

namespace FedLearn.Client.Session;

/// <summary>What a trainer returned, made the update that is kept and sent.</summary>
internal sealed class FitUpdate(IPendingUpdateStore pending, CarriedVectors residuals)
{
    /// <summary>Keeps the update of an assignment, and before it what the client carries on if it counts: what its encoding leaves out, its control.</summary>
    /// <param name="fit">The assignment.</param>
    /// <param name="run">Its run.</param>
    /// <param name="basis">The base version's parameters.</param>
    /// <param name="result">What the trainer returned.</param>
    /// <param name="control">The control work, finished; null where the strategy has none.</param>
    /// <param name="carry">Keeps whatever else the client carries on if the update of this digest counts.</param>
    /// <param name="effort">How long the training took.</param>
    /// <param name="cancellationToken">Ends the question what became of earlier rounds.</param>
    /// <exception cref="InvalidDataException">A parameter is not finite.</exception>
    public async Task KeepAsync(
        FitAssignment fit, RunContext run, ReadOnlyMemory<float> basis, FitResult result, ControlWork? control, Action<byte[]> carry, TimeSpan effort, CancellationToken cancellationToken)
    {
        var encoding = VectorEncodings.Of(run.Settings);
        var delta = new DeltaVector(result.Parameters, basis, encoding);
        var residual = encoding.Kind == EncodingKind.TopK ? await residuals.FindAsync(fit.RunId, fit.Round, cancellationToken).ConfigureAwait(false) : null;
        try
        {
            Save(residual);
        }
        catch (VaultException damage) when (residual is { } unreadable)
        {
            residuals.GiveUp(unreadable, damage.Message);
            Save(null);
        }

        void Save(CarriedKey? before) => pending.Save(new PendingKey(fit.RunId, fit.Round), delta.ByteLength + ((control?.Delta.Length ?? 0) * (long)sizeof(float)), effort, parts =>
        {
            using var from = before is { } known ? residuals.OpenRead(known) : null;
            using var after = encoding.Kind == EncodingKind.TopK ? residuals.Begin(fit.RunId, fit.Round) : null;
            var header = HeaderOf(fit, run, result);
            var written = delta.WriteTo(parts, EncodingNoise.For(run.Seed, fit.Round, run.ClientId), after is null ? null : new ErrorFeedback(from, after.Values));
            header.Parts.Add(PartWriter.Part("delta", encoding.Kind, delta.ByteLength, written));
            if (control is not null)
            {
                header.Parts.Add(PartWriter.Vector(parts, ControlVariates.Part, control.Delta));
            }

            var digest = BlockDigest.OfParts(header.Parts.Select(p => p.Digest.Memory));
            after?.Commit(digest);
            carry(digest);
            return header;
        });
    }

    private static UpdateHeader HeaderOf(FitAssignment fit, RunContext run, FitResult result)
    {
        var header = new UpdateHeader
        {
            RunId = fit.RunId,
            Round = fit.Round,
            BaseVersion = fit.BaseVersion,
            BaseDigest = fit.BaseDigest,
            ManifestHash = run.Manifest.Hash,
            NumExamples = result.NumExamples,
            Steps = result.Steps,
        };
        header.Metrics.Add(result.Metrics.ToDictionary());
        return header;
    }
}
