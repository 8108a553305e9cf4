using FedLearn.Coordinator.Storage.Disks;
using FedLearn.Proofs.PowerLoss.Disks;

namespace FedLearn.Proofs.PowerLoss.Bugs;

/// <summary>Published before durable: a file gets its name, and its row is committed, although its bytes are not synced.</summary>
internal sealed class NoFileSync : PlantedBug
{
    public override string Name => "no-file-sync";

    public override IDisk On(CrashDisk disk) => new Disk(disk);

    private sealed class Disk(IDisk disk) : DiskDouble(disk)
    {
        protected override void Sync(IDiskFile file, string path)
        {
        }
    }
}
