using FedLearn.Coordinator.Storage.Disks;
using FedLearn.Proofs.PowerLoss.Disks;

namespace FedLearn.Proofs.PowerLoss.Bugs;

/// <summary>Files are synced, their names are not.</summary>
internal sealed class NoFolderSync : PlantedBug
{
    public override string Name => "no-folder-sync";

    public override IDisk On(CrashDisk disk) => new Disk(disk);

    private sealed class Disk(IDisk disk) : DiskDouble(disk)
    {
        public override void SyncFolder(string path)
        {
        }
    }
}
