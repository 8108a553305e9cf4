using FedLearn.Coordinator.Storage;
using FedLearn.Coordinator.Storage.Disks;

namespace FedLearn.Proofs.PowerLoss.Disks;

/// <summary>
/// A disk in memory that tells what is durable from what is not: a file's bytes after its sync, names after the sync of their folder.
/// It keeps a journal of its operations and can fail any of them. The database lies on it too, through
/// <see cref="Sqlite.CrashVfs"/>, so that one power cut hits everything at one instant.
/// </summary>
/// <remarks>
/// A power cut before operation n is the disk of the first n operations, so one recorded run holds every power cut that could have hit
/// it: see <see cref="Replay"/>.
/// </remarks>
internal sealed class CrashDisk : IDisk
{
    private readonly Lock _gate = new();
    private readonly List<DiskOp> _journal = [];
    private readonly CrashTree _tree;
    private bool _off;

    /// <summary>An empty disk with one folder, durable.</summary>
    public CrashDisk(string folder)
        : this(new CrashTree(folder))
    {
    }

    private CrashDisk(CrashTree tree) => _tree = tree;

    /// <summary>Says which error takes an operation's place. Called for one operation at a time.</summary>
    public Func<DiskOp, Fault>? Faults { get; set; }

    /// <summary>The operations that were done since this disk was made, as of now.</summary>
    public IReadOnlyList<DiskOp> Journal
    {
        get
        {
            lock (_gate)
            {
                return [.. _journal];
            }
        }
    }

    /// <summary>How many operations were done.</summary>
    public int Operations
    {
        get
        {
            lock (_gate)
            {
                return _journal.Count;
            }
        }
    }

    /// <summary>The disk as it is found after a power cut now.</summary>
    public CrashDisk AfterCut(CutStyle style, int seed)
    {
        lock (_gate)
        {
            return new CrashDisk(_tree.AfterCut(style, seed));
        }
    }

    /// <summary>The disk as the next process finds it after a kill now.</summary>
    public CrashDisk Clone()
    {
        lock (_gate)
        {
            return new CrashDisk(_tree.Clone());
        }
    }

    /// <summary>From now on nothing works: what is left of the process cannot do anything any more.</summary>
    public void PowerOff()
    {
        lock (_gate)
        {
            _off = true;
        }
    }

    /// <summary>Does an operation, unless the power is off or an error takes its place.</summary>
    public void Do(DiskOp op)
    {
        lock (_gate)
        {
            ThrowIfOff();
            var fault = Faults?.Invoke(op) ?? Fault.None;
            if (fault == Fault.None)
            {
                _tree.Apply(op);
                _journal.Add(op);
                return;
            }

            if (op.IsSync)
            {
                _tree.LoseUnsynced(op);
            }

            // As SystemDisk has it.
            throw op.IsSync || (fault == Fault.Io && op.Kind is OpKind.Write or OpKind.SetLength or OpKind.Rename)
                ? new UnknownOutcomeException($"injected: {op} failed ({fault})")
                : new IOException($"injected: {op} failed ({fault})", fault == Fault.Full ? 28 : 5);
        }
    }

    /// <summary>Reads; no fault point.</summary>
    public T Look<T>(Func<CrashTree, T> look)
    {
        lock (_gate)
        {
            ThrowIfOff();
            return look(_tree);
        }
    }

    public int Read(CrashFile file, Span<byte> buffer, long at)
    {
        lock (_gate)
        {
            ThrowIfOff();
            return file.Read(buffer, at);
        }
    }

    /// <summary>Opens a file for writing; makes it where it does not exist.</summary>
    public OpenCrashFile Open(string path)
    {
        lock (_gate)
        {
            if (Look(tree => tree.FindFile(path)) is not { } file)
            {
                var number = _tree.NextFile;
                Do(new DiskOp(OpKind.Create, path, number));
                file = _tree.FileOf(number);
            }

            return new OpenCrashFile(this, file, path);
        }
    }

    public IDiskFile OpenWrite(string path) => Open(path);

    public IDiskFile OpenRead(string path) =>
        new OpenCrashFile(this, Look(tree => tree.FindFile(path)) ?? throw new FileNotFoundException($"there is no {path}", path), path);

    public bool FileExists(string path) => Look(tree => tree.FindFile(path)) is not null;

    public bool FolderExists(string path) => Look(tree => tree.FindFolder(path)) is not null;

    public void MakeFolder(string path) => DoIf(!FolderExists(path), new DiskOp(OpKind.MakeFolder, path));

    public void SyncFolder(string path) => Do(new DiskOp(OpKind.SyncFolder, path));

    public void Rename(string from, string to) => Do(new DiskOp(OpKind.Rename, from, To: to));

    public void DeleteFile(string path) => DoIf(FileExists(path), new DiskOp(OpKind.DeleteFile, path));

    public void DeleteFolder(string path) => DoIf(FolderExists(path), new DiskOp(OpKind.DeleteFolder, path));

    public IReadOnlyList<string> FilesIn(string path) => In<CrashFile>(path);

    public IReadOnlyList<string> FoldersIn(string path) => In<CrashFolder>(path);

    public long FreeBytes(string path) => 1L << 40;

    private void ThrowIfOff()
    {
        if (_off)
        {
            throw new PowerOffException();
        }
    }

    private void DoIf(bool needed, DiskOp op)
    {
        if (needed)
        {
            Do(op);
        }
    }

    private IReadOnlyList<string> In<T>(string path) => Look<IReadOnlyList<string>>(tree =>
        tree.FindFolder(path) is { } folder ? [.. folder.Names.Where(n => n.Value is T).Select(n => Path.Combine(path, n.Key))] : []);
}
