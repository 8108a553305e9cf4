using System.Runtime.InteropServices;
using FedLearn.Coordinator.Rounds;
using FedLearn.Core.Proofs;
using FedLearn.Core.Rounds;
using FedLearn.Proofs.Simulation.Server;

namespace FedLearn.Proofs.Simulation.Invariants;

/// <summary>What is counted is complete, has the digest that its header says, is finite and within bounds, and is of a selected client.</summary>
internal sealed class OnlyWholeUpdatesCount : Invariant
{
    public override void OnCommit(int process, RunCommit commit)
    {
        if (commit is not { Effect: RunEffect.AcceptUpdate accept, Update: { } update })
        {
            return;
        }

        var what = $"{accept.ClientId}'s update of round {accept.Round}";
        var bytes = World.Disk.Find($"{SimDisk.RoundFolder(update.Round)}{update.FileName}")?.Bytes;
        Require(bytes is not null, $"{what} has no bytes");
        Require(BlockDigest.OfParts([BlockDigest.Of(bytes)]).AsSpan().SequenceEqual(update.Digest), $"{what} does not match its digest");
        var values = MemoryMarshal.Cast<byte, float>(bytes).ToArray();
        Require(values.All(float.IsFinite), $"{what} is not finite");
        var bounds = World.Plan.Spec.Bounds;
        Require(values.Sum(v => (double)v * v) <= bounds.MaxNorm * bounds.MaxNorm, $"{what} is over the norm's bound");
        Require(update.NumExamples >= 1 && update.NumExamples <= bounds.MaxExamples, $"{what} weighs {update.NumExamples}");
        Require(Ledger.Rounds[accept.Round].Cohort.Contains(accept.ClientId), $"{what}: the client was not selected");
    }
}
