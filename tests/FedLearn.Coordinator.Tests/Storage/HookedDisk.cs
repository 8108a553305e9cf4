using FedLearn.Coordinator.Storage.Disks;

namespace FedLearn.Coordinator.Tests.Storage;

/// <summary>The machine's disk with hooks before its operations, which count them, hold them up or let them fail.</summary>
internal sealed class HookedDisk : IDisk
{
    private static readonly SystemDisk s_disk = SystemDisk.Instance;

    public Action<string> BeforeWrite { get; set; } = _ => { };

    public Action<string> BeforeRead { get; set; } = _ => { };

    public Action<string> BeforeSync { get; set; } = _ => { };

    public Action<string> BeforeOpenRead { get; set; } = _ => { };

    public Func<string, long> Free { get; set; } = s_disk.FreeBytes;

    public static IOException FullDisk() => new("no space left on device", 28);

    public IDiskFile OpenWrite(string path) => new HookedFile(this, path, s_disk.OpenWrite(path));

    public IDiskFile OpenRead(string path)
    {
        BeforeOpenRead(path);
        return new HookedFile(this, path, s_disk.OpenRead(path));
    }

    public bool FileExists(string path) => s_disk.FileExists(path);

    public bool FolderExists(string path) => s_disk.FolderExists(path);

    public void MakeFolder(string path) => s_disk.MakeFolder(path);

    public void SyncFolder(string path)
    {
        BeforeSync(path);
        s_disk.SyncFolder(path);
    }

    public void Rename(string from, string to) => s_disk.Rename(from, to);

    public void DeleteFile(string path) => s_disk.DeleteFile(path);

    public void DeleteFolder(string path) => s_disk.DeleteFolder(path);

    public IReadOnlyList<string> FilesIn(string path) => s_disk.FilesIn(path);

    public IReadOnlyList<string> FoldersIn(string path) => s_disk.FoldersIn(path);

    public long BytesBelow(string path) => ((IDisk)s_disk).BytesBelow(path);

    public long FreeBytes(string path) => Free(path);

    private sealed class HookedFile(HookedDisk disk, string path, IDiskFile file) : IDiskFile
    {
        public long Length => file.Length;

        public int Read(Span<byte> buffer, long at)
        {
            disk.BeforeRead(path);
            return file.Read(buffer, at);
        }

        public void Write(ReadOnlySpan<byte> bytes, long at)
        {
            disk.BeforeWrite(path);
            file.Write(bytes, at);
        }

        public void SetLength(long length) => file.SetLength(length);

        public void Sync()
        {
            disk.BeforeSync(path);
            file.Sync();
        }

        public void Dispose() => file.Dispose();
    }
}
