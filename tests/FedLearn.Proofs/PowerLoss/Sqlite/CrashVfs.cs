using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using FedLearn.Proofs.PowerLoss.Disks;
using Microsoft.Data.Sqlite;

namespace FedLearn.Proofs.PowerLoss.Sqlite;

/// <summary>
/// A SQLite VFS whose files lie on a <see cref="CrashDisk"/>, registered under a name of its own for the connection string's
/// <c>Vfs=</c>. Disposing takes the name back; the connections must be closed by then.
/// </summary>
internal sealed unsafe class CrashVfs : IDisposable
{
    private static int _registered;

    private readonly ConditionalWeakTable<CrashFile, FileLocks> _locks = [];
    private readonly ConditionalWeakTable<CrashFile, SharedMemory> _memories = [];
    private readonly GCHandle _self;
    private Native.Vfs* _vfs;

    /// <param name="disk">Where the databases lie.</param>
    public CrashVfs(CrashDisk disk)
    {
        Disk = disk;
        Name = $"crash-{Interlocked.Increment(ref _registered)}";
        _self = GCHandle.Alloc(this);
        SQLitePCL.Batteries_V2.Init();
        _vfs = (Native.Vfs*)NativeMemory.Alloc((nuint)sizeof(Native.Vfs));
        *_vfs = VfsMethods.Table(Native.FindVfs(null));
        _vfs->Name = (byte*)Marshal.StringToCoTaskMemUTF8(Name);
        _vfs->AppData = GCHandle.ToIntPtr(_self);
        if (Native.RegisterVfs(_vfs, 0) != Native.Ok)
        {
            throw new InvalidOperationException($"SQLite did not take the VFS {Name}");
        }
    }

    public CrashDisk Disk { get; }

    public string Name { get; }

    /// <summary>Whether a file's syncs are done: a planted bug leaves some out.</summary>
    public Func<string, bool> Syncs { get; init; } = _ => true;

    /// <summary>Whether a database's locks can be taken: an injected error lets them be another process's.</summary>
    public Func<string, bool> IsFree { get; set; } = _ => true;

    /// <summary>The connection string of a database here.</summary>
    public string ConnectionTo(string path) => new SqliteConnectionStringBuilder { DataSource = path, Vfs = Name, Pooling = false }.ConnectionString;

    public FileLocks LocksOf(CrashFile file) => _locks.GetOrCreateValue(file);

    public SharedMemory MemoryOf(CrashFile file) => _memories.GetOrCreateValue(file);

    /// <summary>Opens a file as SQLite asks for it; null where it does not exist and is not to be made.</summary>
    public VfsFile? Open(string? path, int flags)
    {
        // Without a name it is a temporary file, of no matter to anybody after a crash: it lies on a disk of its own.
        var disk = path is null ? new CrashDisk("/temporary") : Disk;
        path ??= "/temporary/file";
        if ((flags & Native.OpenCreate) == 0 && !disk.FileExists(path))
        {
            return null;
        }

        // As SQLite's own VFS has it: also where another connection has made the file, whose own first sync may come later.
        var nameMayBeNew = (flags & Native.OpenCreate) != 0 && (flags & (Native.OpenWal | Native.OpenMainJournal)) != 0;
        return new VfsFile(this, disk.Open(path), path, nameMayBeNew, (flags & Native.OpenDeleteOnClose) != 0 && disk == Disk);
    }

    public void Delete(string path, bool syncFolder)
    {
        Disk.DeleteFile(path);
        if (syncFolder && Syncs(path))
        {
            Disk.SyncFolder(Path.GetDirectoryName(path)!);
        }
    }

    public void Dispose()
    {
        if (_vfs is not null)
        {
            _ = Native.UnregisterVfs(_vfs);
            Marshal.FreeCoTaskMem((nint)_vfs->Name);
            NativeMemory.Free(_vfs);
            _vfs = null;
            _self.Free();
        }
    }
}
