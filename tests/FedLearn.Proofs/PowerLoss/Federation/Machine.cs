using FedLearn.Coordinator;
using FedLearn.Coordinator.Storage;
using FedLearn.Coordinator.Storage.Disks;
using FedLearn.Coordinator.Storage.Sealing;
using FedLearn.Proofs.PowerLoss.Bugs;
using FedLearn.Proofs.PowerLoss.Disks;
using FedLearn.Proofs.PowerLoss.Sqlite;
using Grpc.Net.Client;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;

namespace FedLearn.Proofs.PowerLoss.Federation;

/// <summary>A coordinator that runs on a disk until it is killed. What it has in memory is then gone.</summary>
internal sealed class Machine : IAsyncDisposable
{
    private readonly TaskCompletionSource<string> _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CrashVfs _vfs;
    private readonly string _folder;
    private CoordinatorHost? _host;

    private Machine(string folder, CrashDisk disk, PlantedBug? bug)
    {
        (_folder, Disk) = (folder, disk);
        _vfs = new CrashVfs(disk) { Syncs = path => bug?.SyncsDatabase(path) ?? true };
    }

    /// <summary>The key under which every coordinator of the proof seals its files, outside the disks that lose power; null: they are not sealed.</summary>
    public static string? StorageKeyFile { get; set; }

    public CrashDisk Disk { get; }

    /// <summary>Completes with the reason where the process ends itself after an unknown outcome.</summary>
    public Task<string> Ended => _ended.Task;

    public GrpcChannel Channel { get; private set; } = null!;

    public string OperatorToken => File.ReadAllText(_host!.OperatorTokenFile).Trim();

    /// <summary>A disk as a coordinator sees it.</summary>
    public static IDisk FilesOf(CrashDisk disk, string folder) => StorageSealing.Read(disk, folder, StorageKeyFile);

    /// <summary>Starts a coordinator on a disk whose data folder has the given path.</summary>
    /// <exception cref="ProcessEndedException">It ended itself before it served anybody.</exception>
    public static async Task<Machine> StartAsync(string folder, CrashDisk disk, PlantedBug? bug = null)
    {
        var machine = new Machine(folder, disk, bug);
        try
        {
            await machine.StartAsync(bug).ConfigureAwait(false);
            return machine;
        }
        catch (Exception e)
        {
            await machine.DisposeAsync().ConfigureAwait(false);
            throw new ProcessEndedException($"the start failed: {e.Message}", e);
        }
    }

    /// <summary>The process is killed.</summary>
    public async ValueTask DisposeAsync()
    {
        Disk.PowerOff();
        Channel?.Dispose();
        if (_host is not null)
        {
            await _host.DisposeAsync().ConfigureAwait(false);
        }

        using (var db = new CoordinatorDbFactory(DataFolder.DatabaseOf(_folder), _vfs.Name).CreateDbContext())
        {
            SqliteConnection.ClearPool((SqliteConnection)db.Database.GetDbConnection());
        }

        _vfs.Dispose();
    }

    private async Task StartAsync(PlantedBug? bug)
    {
        var options = new CoordinatorOptions
        {
            DataFolder = _folder,
            StorageKeyFile = StorageKeyFile,
            Insecure = true,
            Listen = "http://127.0.0.1:0",
            Operations = "http://127.0.0.1:0",
            Vectors = "",
            PlainLog = true,
        };
        var seams = new CoordinatorSeams { Disk = bug?.On(Disk) ?? Disk, SqliteVfs = _vfs.Name, EndProcess = End };
        _host = await CoordinatorHost.StartAsync(options, time: null, seams).ConfigureAwait(false);
        Channel = GrpcChannel.ForAddress(_host.Address);
    }

    private void End(string message, Exception exception)
    {
        Disk.PowerOff();
        _ended.TrySetResult($"{message}: {exception.Message}");
    }
}

/// <summary>The coordinator ended itself; the next start decides.</summary>
internal sealed class ProcessEndedException(string message, Exception? inner = null) : Exception(message, inner);
