using FedLearn.Coordinator.Storage.Disks;
using FedLearn.Proofs.PowerLoss.Disks;

namespace FedLearn.Proofs.PowerLoss.Bugs;

/// <summary>A write that the full disk refused passes as done.</summary>
internal sealed class SwallowedFullDisk : PlantedBug
{
    public override string Name => "enospc-swallowed";

    public override bool ShowsAfterPowerCut => false;

    public override IDisk On(CrashDisk disk) => new Disk(disk);

    private sealed class Disk(IDisk disk) : DiskDouble(disk)
    {
        protected override void Write(IDiskFile file, string path, ReadOnlySpan<byte> bytes, long at)
        {
            try
            {
                file.Write(bytes, at);
            }
            catch (IOException e) when (DiskErrors.IsFull(e))
            {
                // As if it had happened.
            }
        }
    }
}
