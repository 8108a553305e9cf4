using FedLearn.Coordinator.Storage.Disks;
using FedLearn.Coordinator.Storage.Sealing;

namespace FedLearn.Coordinator.Storage;

/// <summary>
/// The coordinator's folder on disk. One process owns it at a time: <see cref="Open"/> takes a lock that the system frees when the
/// process ends, however it ends.
/// </summary>
/// <remarks>
/// <code>
/// fedlearn.db                                rows (WAL, synchronous=FULL)
/// coordinator.lock                           held while a coordinator runs
/// pki/                                       the federation's authorities, where no other folder is given for them
/// operator.token                             the operators' token, 0600
/// operator.address, operator.root.pem        where operators call, and which root they trust there; with certificates only
/// storage.keyring                            the wrapped key under which the files of runs are sealed, where they are
/// signing.key                                the key that signs receipts, manifests and the log's heads, 0600
/// federations/NAME/                          the data folder of another federation that this coordinator serves
/// runs/RUN/versions/000001.safetensors       a version, as readers of that format open it
/// runs/RUN/versions/000001.blocks            its block list
/// runs/RUN/versions/000001.m.safetensors     a vector of its server state, with 000001.m.blocks
/// runs/RUN/rounds/000001/CLIENT.DIGEST.part  an upload under way, with CLIENT.DIGEST.blocks
/// runs/RUN/rounds/000001/CLIENT.DIGEST.update  an update, complete and verified
/// runs/RUN/rounds/000001/segment-001         small updates, one after the other
/// </code>
/// </remarks>
internal sealed class DataFolder : IDisposable
{
    /// <summary>What the coordinator needs of its federation's authorities, below the data folder.</summary>
    public static readonly string Authorities = Path.Combine("pki", "coordinator");

    private readonly FileStream? _lock;

    private DataFolder(string root, IDisk disk, DurableFolders folders, FileStream? held)
    {
        (Root, Disk, Folders) = (root, disk, folders);
        _lock = held;
    }

    public string Root { get; }

    /// <summary>The disk that every file of data goes through.</summary>
    public IDisk Disk { get; }

    /// <summary>Makes and deletes the folders below <see cref="Root"/>.</summary>
    public DurableFolders Folders { get; }

    public string Database => DatabaseOf(Root);

    public string OperatorToken => Path.Combine(Root, "operator.token");

    /// <summary>Beside the token: where operators call.</summary>
    public string OperatorAddress => Path.Combine(Root, "operator.address");

    /// <summary>Beside the token: the root that operators trust.</summary>
    public string OperatorRoot => Path.Combine(Root, "operator.root.pem");

    public string SigningKey => Path.Combine(Root, SigningKeyName);

    /// <summary>The name of the signing key's file in the folder.</summary>
    public const string SigningKeyName = "signing.key";

    public static string DatabaseOf(string root) => Path.Combine(root, "fedlearn.db");

    /// <summary>Opens a folder to read it alone: without a lock, so also beside the coordinator that owns it.</summary>
    /// <param name="path">The folder.</param>
    /// <param name="storageKeyFile">The file of the key under which its files are sealed; null where they are not.</param>
    /// <exception cref="StartupException">It is no data folder, or its files lie under another key.</exception>
    public static DataFolder OpenToRead(string path, string? storageKeyFile = null)
    {
        var root = Path.TrimEndingDirectorySeparator(Path.GetFullPath(path));
        return File.Exists(DatabaseOf(root))
            ? new DataFolder(root, StorageSealing.Read(SystemDisk.Instance, root, storageKeyFile), new DurableFolders(SystemDisk.Instance, root), held: null)
            : throw new StartupException($"{path} is not a coordinator's data folder: it has no fedlearn.db");
    }

    /// <summary>Makes the folder where needed, checks that it can be written, locks it, and seals its files where there is a key for that.</summary>
    /// <param name="path">The folder.</param>
    /// <param name="disk">The disk; the machine's where none is given.</param>
    /// <param name="storageKeyFile">The file of the key under which files are sealed; null where they are not.</param>
    /// <exception cref="StartupException">It cannot be written, another coordinator holds it, or its files lie under another key.</exception>
    public static DataFolder Open(string path, IDisk? disk = null, string? storageKeyFile = null)
    {
        var root = Path.TrimEndingDirectorySeparator(Path.GetFullPath(path));
        disk ??= SystemDisk.Instance;
        var folders = new DurableFolders(disk, root);
        try
        {
            folders.MakeRoot();
            RestrictToOwner(root);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new StartupException($"data folder {root} cannot be made or written: {e.Message}. Give a folder that this user may write (--data)", e);
        }

        FileStream? held = null;
        try
        {
            held = new FileStream(Path.Combine(root, "coordinator.lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            DeleteLeftovers(root);
            return new DataFolder(root, StorageSealing.Own(disk, root, storageKeyFile), folders, held);
        }
        catch (StartupException)
        {
            held?.Dispose();
            throw;
        }
        catch (UnauthorizedAccessException e)
        {
            throw new StartupException($"data folder {root} cannot be written by this user: {e.Message}. Change its owner, or give another (--data)", e);
        }
        catch (IOException e)
        {
            throw new StartupException($"data folder {root} is in use by another coordinator, or cannot be written: {e.Message}", e);
        }
    }

    /// <summary>Where the data folders of the other federations are that this coordinator serves.</summary>
    public string Federations => Path.Combine(Root, FederationsName);

    /// <summary>The name of that folder.</summary>
    public const string FederationsName = "federations";

    public string Runs => Path.Combine(Root, "runs");

    public string VersionsOf(string runId) => Path.Combine(Root, "runs", runId, "versions");

    public string RoundsOf(string runId) => Path.Combine(Root, "runs", runId, "rounds");

    public string RoundOf(string runId, int round) => Path.Combine(RoundsOf(runId), $"{round:D6}");

    public string VersionFile(string runId, int version) => Path.Combine(VersionsOf(runId), $"{version:D6}.safetensors");

    public string StateFile(string runId, int version, string name) => Path.Combine(VersionsOf(runId), $"{version:D6}.{name}.safetensors");

    public void Dispose() => _lock?.Dispose();

    /// <summary>Initial parameters on their way in, which a killed process left.</summary>
    private static void DeleteLeftovers(string root)
    {
        foreach (var file in Directory.EnumerateFiles(root, "initial-*.part"))
        {
            File.Delete(file);
        }
    }

    private static void RestrictToOwner(string root)
    {
        if (!OperatingSystem.IsWindows() && !Directory.EnumerateFileSystemEntries(root).Any())
        {
            File.SetUnixFileMode(root, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
    }
}
