using FedLearn.Proofs.Simulation.Machinery;
using FedLearn.Protocol.V1;

namespace FedLearn.Proofs.Simulation.Invariants;

/// <summary>I1: an acknowledged update is in exactly one published aggregate, its round's, or its round is durably void with a reason.</summary>
internal sealed class AcknowledgedIsCounted : Invariant
{
    private readonly List<Receipt> _owed = [];

    public override void OnReceipt(Receipt receipt) => _owed.Add(receipt);

    public override void AfterStep() => _owed.RemoveAll(IsSettled);

    private bool IsSettled(Receipt receipt)
    {
        var digest = Convert.ToHexStringLower(receipt.Digest.Span);
        var what = $"{receipt.ClientId}'s acknowledged update {digest[..8]} of round {receipt.Round}";
        Require(Ledger.Rounds.TryGetValue(receipt.Round, out var round), $"{what}: that round is not on disk");
        if (round!.Status == RoundStatus.Void)
        {
            Require(round.Reason.Length > 0, $"{what}: the round is void without a reason");
            World.Coverage.Hit(Coverage.SettledByVoid);
            return true;
        }

        var counted = round.Updates.Count(u => u.ClientId == receipt.ClientId && Convert.ToHexStringLower(u.Digest) == digest);
        Require(counted == 1, $"{what} is on disk {counted} times");
        if (round.Version is null)
        {
            return false;
        }

        Require(round.Aggregated!.Count(id => id == receipt.ClientId) == 1, $"{what} is not in version {round.Version} exactly once, which has [{string.Join(',', round.Aggregated!)}]");
        World.Coverage.Hit(Coverage.SettledByVersion);
        return true;
    }
}
