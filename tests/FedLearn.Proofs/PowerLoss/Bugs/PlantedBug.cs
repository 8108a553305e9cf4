using FedLearn.Coordinator.Storage.Disks;
using FedLearn.Proofs.PowerLoss.Disks;

namespace FedLearn.Proofs.PowerLoss.Bugs;

/// <summary>A bug that this proof must catch: a test double between the coordinator and its disk.</summary>
internal abstract class PlantedBug
{
    /// <summary>Its name on the command line.</summary>
    public abstract string Name { get; }

    /// <summary>Whether it shows after a power cut; otherwise after an injected error.</summary>
    public virtual bool ShowsAfterPowerCut => true;

    /// <summary>The disk as the coordinator gets it.</summary>
    public virtual IDisk On(CrashDisk disk) => disk;

    /// <summary>Whether a sync of one of the database's files is done.</summary>
    public virtual bool SyncsDatabase(string path) => true;

    /// <summary>All of them.</summary>
    public static IReadOnlyList<PlantedBug> All { get; } =
    [
        new NormalSynchronous(), new NoFolderSync(), new NoFileSync(), new LateSegmentSync(), new RetriedSync(), new SwallowedFullDisk(), new TrustedBlockList(),
    ];
}
