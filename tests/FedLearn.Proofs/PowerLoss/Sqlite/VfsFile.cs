using FedLearn.Coordinator.Storage.Disks;
using FedLearn.Proofs.PowerLoss.Disks;

namespace FedLearn.Proofs.PowerLoss.Sqlite;

/// <summary>One open file of a database, on a <see cref="CrashDisk"/>. The results are SQLite's.</summary>
internal sealed class VfsFile(CrashVfs vfs, OpenCrashFile file, string path, bool nameMayBeNew, bool deleteOnClose)
{
    // As SQLite's own VFS has it: a connection's first sync of a journal makes its name durable as well.
    private bool _syncFolder = nameMayBeNew;
    private LockLevel _level;

    private FileLocks Locks => vfs.LocksOf(file.File);

    private SharedMemory Memory => vfs.MemoryOf(file.File);

    public int Close()
    {
        Locks.Unlock(this, LockLevel.None);
        if (deleteOnClose)
        {
            vfs.Disk.DeleteFile(path);
        }

        return Native.Ok;
    }

    public int Read(Span<byte> buffer, long at)
    {
        var read = file.Read(buffer, at);
        buffer[read..].Clear();
        return read == buffer.Length ? Native.Ok : Native.IoErrorShortRead;
    }

    public int Write(ReadOnlySpan<byte> bytes, long at)
    {
        try
        {
            file.Write(bytes, at);
            return Native.Ok;
        }
        catch (IOException e) when (DiskErrors.IsFull(e))
        {
            return Native.Full;
        }
    }

    public int Truncate(long length)
    {
        file.SetLength(length);
        return Native.Ok;
    }

    public int Sync()
    {
        if (vfs.Syncs(path))
        {
            file.Sync();
            if (_syncFolder)
            {
                vfs.Disk.SyncFolder(Path.GetDirectoryName(path)!);
                _syncFolder = false;
            }
        }

        return Native.Ok;
    }

    public long Size() => file.Length;

    public int Lock(LockLevel level)
    {
        if (level <= _level)
        {
            return Native.Ok;
        }

        var taken = Locks.TryLock(this, level);
        _level = taken ? level : _level;
        return taken ? Native.Ok : Native.Busy;
    }

    public int Unlock(LockLevel level)
    {
        Locks.Unlock(this, level);
        _level = level;
        return Native.Ok;
    }

    public bool IsReserved() => Locks.IsReserved();

    public nint Map(int region, int size, bool make) => Memory.Map(this, region, size, make);

    public int LockMemory(int first, int count, int flags)
    {
        if ((flags & Native.ShmUnlock) != 0)
        {
            Memory.Unlock(this, first, count);
            return Native.Ok;
        }

        var shared = (flags & Native.ShmShared) != 0;
        return vfs.IsFree(path) && Memory.TryLock(this, first, count, shared) ? Native.Ok : Native.Busy;
    }

    public void Unmap() => Memory.Unmap(this);
}
