using FedLearn.Coordinator.Rounds;
using FedLearn.Core.Rounds;
using FedLearn.Protocol.V1;

namespace FedLearn.Proofs.Simulation.Invariants;

/// <summary>I10: a client counts once in a round, and every receipt for it says the same.</summary>
internal sealed class RepeatsAreHarmless : Invariant
{
    private readonly Dictionary<(int Round, string Client), Receipt> _receipts = [];
    private readonly HashSet<(int Round, string Client)> _accepted = [];
    private readonly HashSet<(int Round, string Client)> _reported = [];

    public override void OnCommit(int process, RunCommit commit)
    {
        switch (commit.Effect)
        {
            case RunEffect.AcceptUpdate e:
                Require(_accepted.Add((e.Round, e.ClientId)), $"{e.ClientId} is counted twice in round {e.Round}");
                break;
            case RunEffect.RecordEvaluation e:
                Require(_reported.Add((e.Round, e.ClientId)), $"{e.ClientId}'s report on round {e.Round} is counted twice");
                break;
            default:
                break;
        }
    }

    public override void OnReceipt(Receipt receipt)
    {
        var key = (receipt.Round, receipt.ClientId);
        Require(
            !_receipts.TryGetValue(key, out var first) || first.Equals(receipt),
            $"{receipt.ClientId} has two different receipts in round {receipt.Round}: {first} and {receipt}");
        _receipts[key] = receipt;
    }
}
