using System.Runtime.InteropServices;
using FedLearn.Coordinator.Rounds;
using FedLearn.Core.Proofs;
using FedLearn.Core.Rounds;

namespace FedLearn.Proofs.Simulation.Invariants;

/// <summary>I4: a version is the weighted mean of exactly its round's updates, in canonical order, on its base; computed here a second time.</summary>
internal sealed class SameUpdatesSameBits : Invariant
{
    public override void OnCommit(int process, RunCommit commit)
    {
        if (commit is { Effect: RunEffect.Publish publish, Version: { } version })
        {
            var round = Ledger.Rounds[publish.Round.Number];
            var expected = Aggregate(Ledger.BytesOfNewest, round);
            Require(
                BlockDigest.Of(expected).AsSpan().SequenceEqual(version.Digest),
                $"version {version.Number} is not the mean of [{string.Join(',', round.Updates.Select(u => u.ClientId))}] in canonical order");
        }
    }

    private byte[] Aggregate(byte[] baseBytes, LedgerRound round)
    {
        var values = MemoryMarshal.Cast<byte, float>(baseBytes).ToArray();
        var total = round.Updates.Sum(u => (double)u.NumExamples);
        for (var i = 0; i < values.Length; i++)
        {
            var sum = 0.0;
            foreach (var update in round.Updates.OrderBy(u => u.ClientId, StringComparer.Ordinal))
            {
                sum += update.NumExamples * (double)MemoryMarshal.Cast<byte, float>(Ledger.Made[Convert.ToHexStringLower(update.Digest)])[i];
            }

            values[i] = (float)(values[i] + (World.Plan.Spec.Strategy.ServerLearningRate * (sum / total)));
        }

        return MemoryMarshal.AsBytes(values.AsSpan()).ToArray();
    }
}
