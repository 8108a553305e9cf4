using FedLearn.Client.Logging;
using FedLearn.Client.Pending;
using FedLearn.Client.Training;
using FedLearn.Client.Transport;
using FedLearn.Client.Vault;
using FedLearn.Protocol.V1;
using Google.Protobuf;

namespace FedLearn.Client.Session;

/// <summary>A fit assignment, from the base version to the coordinator's word on the update.</summary>
internal sealed class FitWork(ModelCache models, IPendingUpdateStore pending, UpdateDelivery delivery, Caller caller)
{
    /// <param name="item">The assignment's place on the board.</param>
    /// <param name="fit">The assignment.</param>
    /// <param name="run">Its run.</param>
    /// <param name="local">Ends download and training.</param>
    /// <param name="stopping">Ends the delivery.</param>
    public async Task RunAsync(WorkItem item, FitAssignment fit, RunAnswer.Accepted run, CancellationToken local, CancellationToken stopping)
    {
        var key = new PendingKey(fit.RunId, fit.Round);
        var fresh = !IsKept(key, fit);
        if (fresh)
        {
            await TrainAsync(item, fit, run, local).ConfigureAwait(false);
        }

        item.Activity = Activity.Uploading;
        if (!await delivery.DeliverAsync(key, fresh, stopping).ConfigureAwait(false))
        {
            await TrainAsync(item, fit, run, local).ConfigureAwait(false);
            await delivery.DeliverAsync(key, fresh: false, stopping).ConfigureAwait(false);
        }
    }

    /// <summary>Whether this assignment was fulfilled before, and only its receipt is missing.</summary>
    private bool IsKept(PendingKey key, FitAssignment fit)
    {
        try
        {
            using var update = pending.Open(key);
            return update is not null && update.Header.BaseDigest.Equals(fit.BaseDigest);
        }
        catch (VaultException damage)
        {
            ClientLog.PendingUnreadable(caller.Logger, key, damage.Message);
            return false;
        }
    }

    private async Task TrainAsync(WorkItem item, FitAssignment fit, RunAnswer.Accepted run, CancellationToken local)
    {
        item.Activity = Activity.Downloading;
        var wanted = new VersionWanted(fit.RunId, fit.BaseVersion, fit.BaseDigest.Memory);
        var basis = await models.GetAsync(wanted, run.Context.Manifest, local).ConfigureAwait(false);

        item.Activity = Activity.Training;
        ClientLog.FitStarted(caller.Logger, fit.Round, fit.BaseVersion, fit.RunId);
        var (progress, started) = (new EpochLog(caller.Logger, fit.Round), caller.Time.GetTimestamp());
        var result = await run.Trainer.FitAsync(new FitContext(run.Context, fit.Round, basis, progress), local).ConfigureAwait(false);
        progress.Finish();
        local.ThrowIfCancellationRequested();

        TrainerResults.Check(result, run.Context.Manifest.ElementCount);
        var delta = new DeltaVector(result.Parameters, basis);
        pending.Save(
            new PendingKey(fit.RunId, fit.Round),
            delta.ByteLength,
            caller.Time.GetElapsedTime(started),
            parts => HeaderOf(fit, run.Context, result, delta, delta.WriteTo(parts)));
    }

    private static UpdateHeader HeaderOf(FitAssignment fit, RunContext run, FitResult result, DeltaVector delta, byte[]? deltaDigest)
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
            Encoding = Encoding.F32,
            ByteLength = delta.ByteLength,
            Digest = ByteString.CopyFrom(digest),
        });
        return header;
    }
}
