using FedLearn.Coordinator.Storage;
using FedLearn.Coordinator.Storage.Disks;
using FedLearn.Proofs.PowerLoss.Disks;

namespace FedLearn.Proofs.Tests.PowerLoss;

public class CrashDiskTests
{
    private static readonly CutStyle NothingUnsynced = CutStyle.All[0];
    private readonly CrashDisk _disk = new("/data");

    [Fact]
    public void File_SyncedWithItsFolder_SurvivesEveryCut()
    {
        Make("/data/a", [1, 2, 3]).Sync();
        _disk.SyncFolder("/data");

        Assert.All(CutStyle.All, style => Assert.Equal([1, 2, 3], Read(_disk.AfterCut(style, seed: 1), "/data/a")));
    }

    [Fact]
    public void File_WhoseFolderIsNotSynced_IsLost()
    {
        Make("/data/a", [1]).Sync();

        Assert.False(_disk.AfterCut(NothingUnsynced, seed: 1).FileExists("/data/a"));
    }

    [Fact]
    public void Rename_WithoutSyncOfTheBytes_LeavesAnEmptyFile()
    {
        Make("/data/a.part", [1, 2]);
        _disk.Rename("/data/a.part", "/data/a");
        _disk.SyncFolder("/data");

        Assert.Empty(Read(_disk.AfterCut(NothingUnsynced, seed: 1), "/data/a"));
    }

    [Fact]
    public void Rename_NotSynced_IsUndoneOrDone()
    {
        Make("/data/a.part", [1]).Sync();
        _disk.SyncFolder("/data");
        _disk.Rename("/data/a.part", "/data/a");

        Assert.All(Enumerable.Range(0, 50), seed =>
        {
            var found = _disk.AfterCut(CutStyle.All[1], seed);
            Assert.True(found.FileExists("/data/a.part") != found.FileExists("/data/a"));
        });
    }

    [Fact]
    public void Write_NotSynced_IsTornBySectors()
    {
        var file = Make("/data/a", new byte[2048]);
        file.Sync();
        _disk.SyncFolder("/data");
        file.Write(Enumerable.Repeat((byte)1, 2048).ToArray(), 0);

        var images = Enumerable.Range(0, 200).Select(seed => Read(_disk.AfterCut(CutStyle.All[1], seed), "/data/a")).ToList();

        Assert.Contains(images, i => i.Contains((byte)0) && i.Contains((byte)1));
        Assert.All(images, i => Assert.All(i.Chunk(512), sector => Assert.Single(sector.Distinct())));
    }

    [Fact]
    public void Sync_ThatFailed_NeverBringsItsBytesToTheDisk()
    {
        var file = Make("/data/a", [1]);
        _disk.SyncFolder("/data");
        _disk.Faults = op => op.Kind == OpKind.Sync ? Fault.Io : Fault.None;
        Assert.Throws<UnknownOutcomeException>(file.Sync);
        _disk.Faults = null;

        file.Sync();

        Assert.Equal([1], Read(_disk, "/data/a"));
        Assert.Empty(Read(_disk.AfterCut(CutStyle.All[7], seed: 1), "/data/a"));
    }

    [Fact]
    public void FullDisk_IsTheErrorThatTheCoordinatorKnows()
    {
        _disk.Faults = _ => Fault.Full;

        Assert.True(DiskErrors.IsFull(Assert.Throws<IOException>(() => _disk.OpenWrite("/data/a"))));
        Assert.False(_disk.FileExists("/data/a"));
    }

    [Fact]
    public void Replay_OfAJournal_EndsWithTheSameDisk()
    {
        var start = _disk.Clone();
        _disk.MakeFolder("/data/runs");
        Make("/data/runs/a.part", [1, 2, 3]).SetLength(2);
        _disk.Rename("/data/runs/a.part", "/data/runs/a");

        var replay = new Replay(start, _disk.Journal);

        Assert.False(replay.At(1).FileExists("/data/runs/a.part"));
        Assert.Equal([1, 2], Read(replay.At(replay.Instants - 1), "/data/runs/a"));
    }

    [Fact]
    public void PowerOff_EndsEverything()
    {
        var file = Make("/data/a", [1]);
        _disk.PowerOff();

        Assert.Throws<PowerOffException>(() => file.Write([2], 0));
        Assert.Throws<PowerOffException>(() => _disk.FileExists("/data/a"));
    }

    private IDiskFile Make(string path, byte[] bytes)
    {
        var file = _disk.OpenWrite(path);
        file.Write(bytes, 0);
        return file;
    }

    private static byte[] Read(CrashDisk disk, string path)
    {
        using var file = disk.OpenRead(path);
        var bytes = new byte[file.Length];
        Assert.Equal(bytes.Length, file.Read(bytes, 0));
        return bytes;
    }
}
