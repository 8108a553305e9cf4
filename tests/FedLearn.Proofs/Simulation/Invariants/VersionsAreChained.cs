using FedLearn.Coordinator.Rounds;
using FedLearn.Core.Proofs;
using FedLearn.Core.Rounds;
using FedLearn.Proofs.Simulation.Server;

namespace FedLearn.Proofs.Simulation.Invariants;

/// <summary>I3: a version is durable before it is visible, numbered without gaps, chained to its parent's digest, and never changes.</summary>
internal sealed class VersionsAreChained : Invariant
{
    public override void OnCommit(int process, RunCommit commit)
    {
        if (commit is not { Effect: RunEffect.Publish, Version: { } version })
        {
            return;
        }

        var parent = Ledger.Versions[^1];
        Require(version.Number == parent.Number + 1, $"version {version.Number} follows version {parent.Number}");
        Require(version.ParentDigest.AsSpan().SequenceEqual(parent.Digest), $"version {version.Number} does not name its parent's digest");
        Require(World.Disk.Find(SimDisk.VersionFile(version.Number)) is { Synced: true }, $"version {version.Number} is visible and its file not durable");
    }

    public override void AfterStep()
    {
        var newest = Ledger.Versions[^1];
        var bytes = World.Disk.Find(SimDisk.VersionFile(newest.Number))?.Bytes;
        Require(bytes is not null && BlockDigest.Of(bytes).AsSpan().SequenceEqual(newest.Digest), $"version {newest.Number} on disk does not match its digest");
    }
}
