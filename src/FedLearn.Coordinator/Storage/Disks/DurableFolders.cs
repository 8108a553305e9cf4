namespace FedLearn.Coordinator.Storage.Disks;

/// <summary>Folders below a root whose names survive a power cut. Thread safe.</summary>
/// <remarks>
/// That a folder exists does not make its name durable: another thread, or a process that was killed, may have made it and not synced its
/// parent. So the first use of each folder in a process syncs its parent, and whoever else wants it waits.
/// </remarks>
internal sealed class DurableFolders(IDisk disk, string root)
{
    private readonly Lock _gate = new();
    private readonly HashSet<string> _durable = new(StringComparer.Ordinal);

    /// <summary>Makes the root and those on the way to it where they are missing, durably.</summary>
    public void MakeRoot() => MakeMissing(root);

    /// <summary>Makes a folder below the root and those on the way to it, durably.</summary>
    public void Make(string path)
    {
        lock (_gate)
        {
            MakeBelowRoot(path);
        }
    }

    /// <summary>Deletes a folder with everything in it. That may take long; others are made meanwhile.</summary>
    public void Delete(string path)
    {
        lock (_gate)
        {
            _durable.Remove(path);
        }

        disk.DeleteFolder(path);
    }

    private void MakeBelowRoot(string path)
    {
        if (path == root || _durable.Contains(path))
        {
            return;
        }

        var parent = Path.GetDirectoryName(path) ?? throw new ArgumentException($"{path} does not lie below {root}", nameof(path));
        MakeBelowRoot(parent);
        if (!disk.FolderExists(path))
        {
            disk.MakeFolder(path);
        }

        disk.SyncFolder(parent);
        _durable.Add(path);
    }

    private void MakeMissing(string path)
    {
        if (disk.FolderExists(path))
        {
            return;
        }

        var parent = Path.GetDirectoryName(Path.TrimEndingDirectorySeparator(path))!;
        MakeMissing(parent);
        disk.MakeFolder(path);
        disk.SyncFolder(parent);
    }
}
