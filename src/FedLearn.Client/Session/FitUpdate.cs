using FedLearn.Client.Pending;
using FedLearn.Client.Training;
using FedLearn.Client.Vault;
using FedLearn.Core.Encodings;
using FedLearn.Core.Proofs;
using FedLearn.Protocol;
using FedLearn.Protocol.V1;
using Google.Protobuf;

namespace FedLearn.Client.Session;

/// <summary>What a trainer returned, made the update that is kept and sent.</summary>
internal sealed class FitUpdate(IPendingUpdateStore pending, CarriedVectors residuals)
{
    /// <summary>Keeps the update of an assignment, and with it what its encoding leaves out.</summary>
    /// <param name="fit">The assignment.</param>
    /// <param name="run">Its run.</param>
    /// <param name="basis">The base version's parameters.</param>
    /// <param name="result">What the trainer returned.</param>
    /// <param name="effort">How long it took.</param>
    /// <param name="cancellationToken">Ends the question what became of earlier rounds.</param>
    /// <exception cref="InvalidDataException">A parameter is not finite.</exception>
    public async Task KeepAsync(FitAssignment fit, RunContext run, ReadOnlyMemory<float> basis, FitResult result, TimeSpan effort, CancellationToken cancellationToken)
    {
        var encoding = VectorEncodings.Of(run.Settings);
        var delta = new DeltaVector(result.Parameters, basis, encoding);
        var key = new PendingKey(fit.RunId, fit.Round);
        if (encoding.Kind != EncodingKind.TopK)
        {
            pending.Save(key, delta.ByteLength, effort, parts => HeaderOf(fit, run, result, encoding, delta, delta.WriteTo(parts, NoiseOf(fit, run))));
            return;
        }

        var residual = await residuals.FindAsync(fit.RunId, fit.Round, cancellationToken).ConfigureAwait(false);
        try
        {
            Save(residual);
        }
        catch (VaultException damage) when (residual is { } unreadable)
        {
            residuals.GiveUp(unreadable, damage.Message);
            Save(null);
        }

        void Save(CarriedKey? before) => pending.Save(key, delta.ByteLength, effort, parts =>
        {
            using var from = before is { } known ? residuals.OpenRead(known) : null;
            using var after = residuals.Begin(fit.RunId, fit.Round);
            var header = HeaderOf(fit, run, result, encoding, delta, delta.WriteTo(parts, NoiseOf(fit, run), new ErrorFeedback(from, after.Values)));
            after.Commit(BlockDigest.OfParts(header.Parts.Select(p => p.Digest.Memory)));
            return header;
        });
    }

    private static Core.Models.SeededRandom NoiseOf(FitAssignment fit, RunContext run) => EncodingNoise.For(run.Seed, fit.Round, run.ClientId);

    private static UpdateHeader HeaderOf(FitAssignment fit, RunContext run, FitResult result, IVectorEncoding encoding, DeltaVector delta, byte[]? deltaDigest)
    {
        var digest = deltaDigest ?? throw new InvalidDataException(
            "training gave a parameter that is NaN or infinite; it has diverged: lower the learning rate, or clip");
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
        header.Parts.Add(new UpdatePart
        {
            Name = "delta",
            Encoding = encoding.Kind.ToWire(),
            ByteLength = delta.ByteLength,
            Digest = ByteString.CopyFrom(digest),
        });
        return header;
    }
}
