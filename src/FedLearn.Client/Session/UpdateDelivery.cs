using FedLearn.Client.Logging;
using FedLearn.Client.Pending;
using FedLearn.Client.Provenance;
using FedLearn.Client.Transport;
using FedLearn.Client.Vault;
using FedLearn.Core.Proofs;
using FedLearn.Protocol.V1;
using Grpc.Core;

namespace FedLearn.Client.Session;

/// <summary>Brings a kept update to the coordinator's last word on it: a receipt, or a refusal. Only then is it forgotten here.</summary>
internal sealed class UpdateDelivery(Caller caller, IPendingUpdateStore pending, ReceiptBook receipts, Action<Receipt>? onReceipt)
{
    /// <summary>What takes longer to deliver is sealed meanwhile, where it is not: 5 s.</summary>
    public static readonly TimeSpan SealAfter = TimeSpan.FromSeconds(5);

    /// <param name="key">The round.</param>
    /// <param name="fresh">Whether nothing of the update was sent before.</param>
    /// <param name="stopping">Ends the attempts; the update stays kept.</param>
    /// <returns>False where what is kept cannot be read: it is forgotten, and the coordinator was told nothing.</returns>
    public async Task<bool> DeliverAsync(PendingKey key, bool fresh, CancellationToken stopping)
    {
        try
        {
            using var update = pending.Open(key);
            if (update is not null)
            {
                await SendAndKeepAsync(update, key, fresh, stopping).ConfigureAwait(false);
            }
        }
        catch (VaultException damage)
        {
            ClientLog.PendingUnreadable(caller.Logger, key, damage.Message);
            pending.Delete(key);
            return false;
        }

        pending.Delete(key);
        return true;
    }

    private async Task SendAndKeepAsync(PendingUpdate update, PendingKey key, bool fresh, CancellationToken stopping)
    {
        using var sent = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        var sealing = SealLaterAsync(key, sent.Token, stopping);
        try
        {
            await SendAsync(update, fresh, stopping).ConfigureAwait(false);
        }
        finally
        {
            await sent.CancelAsync().ConfigureAwait(false);
            await sealing.ConfigureAwait(false);
        }
    }

    /// <summary>Seals the update when its delivery lasts, and when the worker stops in the middle of it.</summary>
    private async Task SealLaterAsync(PendingKey key, CancellationToken sent, CancellationToken stopping)
    {
        await Task.Delay(SealAfter, caller.Time, sent).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (sent.IsCancellationRequested && !stopping.IsCancellationRequested)
        {
            return;
        }

        try
        {
            pending.Seal(key);
            ClientLog.PendingSealed(caller.Logger, key);
        }
        catch (IOException fault)
        {
            ClientLog.PendingNotSealed(caller.Logger, key, fault.Message);
        }
    }

    private async Task SendAsync(PendingUpdate update, bool fresh, CancellationToken stopping)
    {
        var (header, started) = (update.Header, caller.Time.GetTimestamp());
        try
        {
            var receipt = await new UpdateUpload(caller, header, update.Parts).RunAsync(fresh, stopping).ConfigureAwait(false);
            receipts.Take(receipt, header);
            onReceipt?.Invoke(receipt);
            Report(header, receipt, caller.Time.GetElapsedTime(started).TotalSeconds);
        }
        catch (RpcException fault) when (fault.StatusCode == StatusCode.AlreadyExists)
        {
            ClientLog.UpdateSuperseded(caller.Logger, header.Round, CallFault.Describe(fault, caller.Link.Address));
        }
        catch (RpcException fault)
        {
            ClientLog.UpdateRefused(caller.Logger, header.Round, CallFault.Describe(fault, caller.Link.Address));
        }
    }

    private void Report(UpdateHeader header, Receipt receipt, double seconds)
    {
        if (!receipt.Digest.Span.SequenceEqual(BlockDigest.OfParts(header.Parts.Select(p => p.Digest.Memory))))
        {
            ClientLog.UpdateSuperseded(caller.Logger, header.Round, "the receipt is for another one");
            return;
        }

        var bytes = header.Parts.Sum(p => p.ByteLength);
        ClientLog.UpdateAccepted(caller.Logger, header.Round, bytes, seconds, bytes / 1e6 / Math.Max(seconds, 1e-6));
    }
}
