using FedLearn.Coordinator.Storage;
using FedLearn.Coordinator.Storage.Disks;
using FedLearn.Coordinator.Storage.Sealing;

namespace FedLearn.Coordinator.Tests.Storage.Sealing;

[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
public sealed class StorageSealingTests : IDisposable
{
    private readonly TempFolder _folder = new();

    private string Data => _folder["data"];

    private string Key => _folder["storage.key"];

    private string Update => Path.Combine(Data, "runs", "r", "rounds", "000001", "a.1.update");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Open_WithAKeyFileThatIsNotThere_MakesItForItsOwnerAlone()
    {
        DataFolder.Open(Data, null, Key).Dispose();

        Assert.Equal(32, File.ReadAllBytes(Key).Length);
        Assert.Equal(OwnerFile.Mode, File.GetUnixFileMode(Key));
        Assert.DoesNotContain(Convert.ToBase64String(File.ReadAllBytes(Key)), File.ReadAllText(Path.Combine(Data, StorageKeyRing.FileName)), StringComparison.Ordinal);
    }

    [Fact]
    public void Open_SealedFolder_RefusesAnyKeyButItsOwn()
    {
        DataFolder.Open(Data, null, Key).Dispose();
        File.Copy(Key, _folder["kept"]);
        var id = StorageKeyRing.Find(SystemDisk.Instance, Data)!.KeyId;

        Refuses(null, $"are sealed under the storage key with id {id}: give its file (--storage-key-file)");
        Refuses(_folder["missing"], $"there is no storage key at {_folder["missing"]}");
        Assert.False(File.Exists(_folder["missing"]));
        OwnerFile.Create(_folder["other"], new byte[32]);
        Refuses(_folder["other"], $"wrong storage key: the files in {Data} are sealed under the key with id {id}, this one's is ");
        OwnerFile.Create(_folder["short"], new byte[31]);
        Refuses(_folder["short"], "must hold 32 random bytes, not 31");
        File.SetUnixFileMode(Key, OwnerFile.Mode | UnixFileMode.GroupRead);
        Refuses(Key, "others may read or change the storage key");
        DataFolder.Open(Data, null, _folder["kept"]).Dispose();
    }

    [Fact]
    public void Open_KeyInsideTheDataFolder_IsRefused() =>
        Refuses(Path.Combine(Data, "storage.key"), "would lie in the data folder that it protects");

    [Fact]
    public void Open_KeyRingDamaged_IsRefusedAndNamed()
    {
        DataFolder.Open(Data, null, Key).Dispose();
        var path = Path.Combine(Data, StorageKeyRing.FileName);
        var ring = StorageKeyRing.Find(SystemDisk.Instance, Data)!;
        ring.WrappedKey[5] ^= 1;
        ring.Write(SystemDisk.Instance, Data);
        Refuses(Key, $"{path} is damaged: its data key does not unwrap");
        File.WriteAllText(path, "{");
        Refuses(Key, $"{path} is damaged");
    }

    [Fact]
    public void Open_FolderWithFilesFromBefore_SealsThemAll()
    {
        WritePlain();

        using (var folder = DataFolder.Open(Data, null, Key))
        {
            Assert.Equal(Plain, folder.Disk.ReadAll(Update));
            Assert.DoesNotContain("plain text", File.ReadAllText(Update), StringComparison.Ordinal);
        }

        using var again = DataFolder.Open(Data, null, Key);
        Assert.Equal(Plain, again.Disk.ReadAll(Update));
        Assert.Equal([Update], Directory.EnumerateFiles(Path.Combine(Data, "runs"), "*", SearchOption.AllDirectories));
    }

    [Fact]
    public void Open_SealingWasInterrupted_GoesOn()
    {
        WritePlain();
        using (var key = StorageKey.ReadOrCreate(Key))
        {
            StorageKeyRing.Create(key, isComplete: false).Write(SystemDisk.Instance, Data);
        }

        File.WriteAllText(Update + SealedDisk.Unfinished, "half of it");
        Assert.Contains("not all sealed yet", Assert.Throws<StartupException>(() => StorageSealing.Read(SystemDisk.Instance, Data, Key)).Message, StringComparison.Ordinal);

        using var folder = DataFolder.Open(Data, null, Key);

        Assert.Equal(Plain, folder.Disk.ReadAll(Update));
        Assert.False(File.Exists(Update + SealedDisk.Unfinished));
        Assert.True(StorageKeyRing.Find(SystemDisk.Instance, Data)!.IsComplete);
    }

    [Fact]
    public void Open_PlainFilePutAmongSealedOnes_IsNotBelieved()
    {
        DataFolder.Open(Data, null, Key).Dispose();
        WritePlain();

        using var folder = DataFolder.Open(Data, null, Key);

        Assert.Throws<BrokenSealException>(() => folder.Disk.ReadAll(Update));
    }

    [Fact]
    public void Rotate_ToANewKey_OldOneOpensNothingAndNoFileIsWritten()
    {
        WritePlain();
        DataFolder.Open(Data, null, Key).Dispose();
        var before = File.ReadAllBytes(Update);

        Assert.Contains("are not sealed", Assert.Throws<StartupException>(() => StorageKeys.Rotate(_folder["none"], Key, _folder["new.key"])).Message, StringComparison.Ordinal);

        StorageKeys.Rotate(Data, Key, _folder["new.key"]);

        Refuses(Key, "wrong storage key");
        using var folder = DataFolder.Open(Data, null, _folder["new.key"]);
        Assert.Equal(Plain, folder.Disk.ReadAll(Update));
        Assert.Equal(before, File.ReadAllBytes(Update));
    }

    private static byte[] Plain => [.. Enumerable.Repeat("plain text "u8.ToArray(), 300_000).SelectMany(t => t)];

    private void WritePlain()
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Update)!);
        File.WriteAllBytes(Update, Plain);
    }

    private void Refuses(string? key, string expected) =>
        Assert.Contains(expected, Assert.Throws<StartupException>(() => DataFolder.Open(Data, null, key)).Message, StringComparison.Ordinal);
}
