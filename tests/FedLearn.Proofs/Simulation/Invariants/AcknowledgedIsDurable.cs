using FedLearn.Proofs.Simulation.Server;
using FedLearn.Protocol.V1;

namespace FedLearn.Proofs.Simulation.Invariants;

/// <summary>I2: at the instant of a receipt the row and, while the round needs them, the bytes are durable.</summary>
internal sealed class AcknowledgedIsDurable : Invariant
{
    public override void OnReceipt(Receipt receipt)
    {
        var digest = Convert.ToHexStringLower(receipt.Digest.Span);
        var what = $"{receipt.ClientId} has a receipt for {digest[..8]} of round {receipt.Round}";
        var row = World.Rows.Updates.FirstOrDefault(u => u.Round == receipt.Round && u.ClientId == receipt.ClientId && Convert.ToHexStringLower(u.Digest) == digest);
        Require(row is not null, $"{what}, and there is no row");
        if (Ledger.Rounds[receipt.Round].Status is RoundStatus.Fitting or RoundStatus.Aggregating)
        {
            Require(World.Disk.Find($"{SimDisk.RoundFolder(receipt.Round)}{row!.FileName}") is { Synced: true }, $"{what}, and its bytes are not durable");
        }
    }
}
