using FedLearn.Coordinator.Storage.Disks;

namespace FedLearn.Coordinator;

/// <summary>What tests put in the place of the machine below the coordinator. In use everything here is null.</summary>
internal sealed record CoordinatorSeams
{
    /// <summary>The disk of all files but the database.</summary>
    public IDisk? Disk { get; init; }

    /// <summary>The name of a registered SQLite VFS: the disk of the database.</summary>
    public string? SqliteVfs { get; init; }

    /// <summary>Takes the place of the process's end after a write whose outcome is unknown.</summary>
    public Action<string, Exception>? EndProcess { get; init; }
}
