using FedLearn.Coordinator.Storage.Disks;
using FedLearn.Proofs.PowerLoss.Disks;

namespace FedLearn.Proofs.PowerLoss.Bugs;

/// <summary>Acknowledge before the segment's sync: an append returns at once, and the bytes are synced with the next append.</summary>
internal sealed class LateSegmentSync : PlantedBug
{
    public override string Name => "acknowledge-before-sync";

    public override IDisk On(CrashDisk disk) => new Disk(disk);

    private sealed class Disk(IDisk disk) : DiskDouble(disk)
    {
        protected override void Write(IDiskFile file, string path, ReadOnlySpan<byte> bytes, long at)
        {
            if (IsSegment(path))
            {
                file.Sync();
            }

            file.Write(bytes, at);
        }

        protected override void Sync(IDiskFile file, string path)
        {
            if (!IsSegment(path))
            {
                file.Sync();
            }
        }

        private static bool IsSegment(string path) => Path.GetFileName(path).StartsWith("segment-", StringComparison.Ordinal);
    }
}
