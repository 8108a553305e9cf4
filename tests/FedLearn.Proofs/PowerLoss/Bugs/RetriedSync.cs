using FedLearn.Coordinator.Storage;
using FedLearn.Coordinator.Storage.Disks;
using FedLearn.Proofs.PowerLoss.Disks;

namespace FedLearn.Proofs.PowerLoss.Bugs;

/// <summary>A sync that failed is tried again in place: the second one reports success for bytes that the first one lost.</summary>
internal sealed class RetriedSync : PlantedBug
{
    public override string Name => "retry-after-eio";

    public override bool ShowsAfterPowerCut => false;

    public override IDisk On(CrashDisk disk) => new Disk(disk);

    private sealed class Disk(IDisk disk) : DiskDouble(disk)
    {
        protected override void Sync(IDiskFile file, string path)
        {
            try
            {
                file.Sync();
            }
            catch (UnknownOutcomeException)
            {
                file.Sync();
            }
        }
    }
}
