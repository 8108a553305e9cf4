using FedLearn.Client.Logging;
using FedLearn.Client.Pending;
using FedLearn.Client.Provenance;
using FedLearn.Client.Training;
using FedLearn.Client.Transport;
using FedLearn.Client.Vault;
using FedLearn.Protocol.V1;

namespace FedLearn.Client.Session;

/// <summary>A fit assignment, from the base version to the coordinator's word on the update.</summary>
internal sealed class FitWork(ModelCache models, IPendingUpdateStore pending, FitUpdate update, OwnControls controls, OwnTensors own, OwnModel model, VersionChain chain, UpdateDelivery delivery, Caller caller)
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
            using var kept = pending.Open(key);
            return kept is not null && kept.Header.BaseDigest.Equals(fit.BaseDigest);
        }
        catch (VaultException damage)
        {
            ClientLog.PendingUnreadable(caller.Logger, key, damage.Message);
            return false;
        }
    }

    private async Task TrainAsync(WorkItem item, FitAssignment fit, RunAnswer.Accepted run, CancellationToken local)
    {
        if (run.Context.EvaluateOnly)
        {
            // A round that was open when this client's answer changed.
            throw new InvalidDataException("this client only evaluates");
        }

        item.Activity = Activity.Downloading;
        await chain.VerifyAsync(fit, run.SpecDigest, run.Context.Manifest.Hash, local).ConfigureAwait(false);
        var wanted = new VersionWanted(fit.RunId, fit.BaseVersion, fit.BaseDigest.Memory);
        var basis = await models.GetAsync(wanted, run.Context.Manifest, local).ConfigureAwait(false);

        var control = await controls.StartAsync(fit, run, local).ConfigureAwait(false);
        var tensors = run.Local;
        var start = await own.ApplyAsync(fit.RunId, fit.Round, tensors, basis, local).ConfigureAwait(false);

        item.Activity = Activity.Training;
        ClientLog.FitStarted(caller.Logger, fit.Round, fit.BaseVersion, fit.RunId);
        var (progress, started) = (new EpochLog(caller.Logger, fit.Round), caller.Time.GetTimestamp());
        var context = new FitContext(run.Context, fit.Round, start, progress) { Correction = control?.Correction ?? default };
        var result = await FitAsync(run.Trainer, context, local).ConfigureAwait(false);
        progress.Finish();
        local.ThrowIfCancellationRequested();

        TrainerResults.Check(result, run.Context.Manifest.ElementCount);
        var personal = await model.TrainAsync(run.Trainer, context, local).ConfigureAwait(false);
        var sent = result with { Parameters = OwnTensors.Shared(tensors, result.Parameters, basis) };
        control?.Finish(basis, sent.Parameters, result.Steps, run.Context.Settings.LearningRateAt(fit.Round));
        await update.KeepAsync(fit, run.Context, basis, sent, control, Carry, caller.Time.GetElapsedTime(started), local).ConfigureAwait(false);

        void Carry(byte[] digest)
        {
            if (control is not null)
            {
                controls.Keep(fit, control, digest);
            }

            own.Keep(fit.RunId, fit.Round, tensors, result.Parameters, digest);
            model.Keep(fit, personal, digest);
        }
    }

    private static async Task<FitResult> FitAsync(ITrainer trainer, FitContext context, CancellationToken local)
    {
        using var span = Telemetry.Start("fit");
        var result = await trainer.FitAsync(context, local).ConfigureAwait(false);
        span?.SetTag("fedlearn.examples", result.NumExamples).SetTag("fedlearn.steps", result.Steps);
        return result;
    }
}
