using FedLearn.Coordinator.Storage;

namespace FedLearn.Proofs.PowerLoss.Disks;

/// <summary>The state of a disk: its folders and files, and what each operation does to them. Not thread safe.</summary>
internal sealed class CrashTree
{
    private readonly CrashFolder _root;
    private readonly Dictionary<int, CrashFile> _files = [];

    /// <summary>One folder, durable.</summary>
    public CrashTree(string folder)
    {
        _root = new CrashFolder();
        var at = _root;
        foreach (var name in Names(folder))
        {
            var next = new CrashFolder();
            at.Change(new NameChange(null, name, next));
            at.Sync();
            at = next;
        }
    }

    private CrashTree(CrashFolder root)
    {
        _root = root;
        Number(root);
    }

    /// <summary>The number of the next file.</summary>
    public int NextFile => _files.Count == 0 ? 1 : _files.Keys.Max() + 1;

    /// <summary>What is found after a power cut now.</summary>
    public CrashTree AfterCut(CutStyle style, int seed) => new(_root.AfterCut(style, new Random(seed), []));

    /// <summary>What the next process finds after a kill now.</summary>
    public CrashTree Clone() => new(_root.Clone([]));

    public CrashFile? FindFile(string path) => Find(path) as CrashFile;

    public CrashFolder? FindFolder(string path) => Find(path) as CrashFolder;

    public CrashFile FileOf(int number) => _files[number];

    /// <summary>A sync failed: a file's bytes will never be durable. Names stay unsynced, since they go through the file system's journal.</summary>
    public void LoseUnsynced(DiskOp sync)
    {
        if (sync.Kind == OpKind.Sync)
        {
            _files[sync.File].LoseUnsynced();
        }
    }

    public void Apply(DiskOp op)
    {
        var name = Path.GetFileName(op.Path);
        switch (op.Kind)
        {
            case OpKind.Create:
                FolderOf(op.Path).Change(new NameChange(null, name, _files[op.File] = new CrashFile(op.File)));
                break;
            case OpKind.Write or OpKind.SetLength:
                _files[op.File].Change(op);
                break;
            case OpKind.Sync:
                _files[op.File].Sync();
                break;
            case OpKind.MakeFolder:
                FolderOf(op.Path).Change(new NameChange(null, name, new CrashFolder()));
                break;
            case OpKind.SyncFolder:
                (FindFolder(op.Path) ?? throw new UnknownOutcomeException($"there is no folder {op.Path}")).Sync();
                break;
            case OpKind.Rename:
                Rename(op);
                break;
            case OpKind.DeleteFile or OpKind.DeleteFolder:
                Empty(FindFolder(op.Path));
                FolderOf(op.Path).Change(new NameChange(name));
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(op), op.Kind, "not an operation");
        }
    }

    private static string[] Names(string path) => path.Split('/', StringSplitOptions.RemoveEmptyEntries);

    private CrashNode? Find(string path)
    {
        CrashNode? at = _root;
        foreach (var name in Names(path))
        {
            at = (at as CrashFolder)?.Find(name);
        }

        return at;
    }

    private CrashFolder FolderOf(string path) =>
        FindFolder(Path.GetDirectoryName(path)!) ?? throw new DirectoryNotFoundException($"there is no folder for {path}");

    private void Number(CrashFolder folder)
    {
        foreach (var node in folder.Names.Values)
        {
            if (node is CrashFile file)
            {
                _files[file.Id] = file;
            }
            else
            {
                Number((CrashFolder)node);
            }
        }
    }

    private void Rename(DiskOp op)
    {
        var file = FindFile(op.Path) ?? throw new FileNotFoundException($"there is no {op.Path}", op.Path);
        if (FolderOf(op.Path) is var folder && folder != FolderOf(op.To!))
        {
            throw new NotSupportedException($"{op}: only within one folder is a rename one change");
        }

        folder.Change(new NameChange(Path.GetFileName(op.Path), Path.GetFileName(op.To!), file));
    }

    /// <summary>A folder is deleted name by name: a power cut may find it half empty.</summary>
    private static void Empty(CrashFolder? folder)
    {
        foreach (var (name, node) in folder?.Names.ToList() ?? [])
        {
            Empty(node as CrashFolder);
            folder!.Change(new NameChange(name));
        }
    }
}
