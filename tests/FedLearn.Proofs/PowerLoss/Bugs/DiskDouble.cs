using FedLearn.Coordinator.Storage.Disks;

namespace FedLearn.Proofs.PowerLoss.Bugs;

/// <summary>Passes everything on; a bug overrides what it does wrong.</summary>
internal class DiskDouble(IDisk disk) : IDisk
{
    public virtual IDiskFile OpenWrite(string path) => new FileDouble(this, disk.OpenWrite(path), path);

    public virtual IDiskFile OpenRead(string path) => new FileDouble(this, disk.OpenRead(path), path);

    public bool FileExists(string path) => disk.FileExists(path);

    public bool FolderExists(string path) => disk.FolderExists(path);

    public void MakeFolder(string path) => disk.MakeFolder(path);

    public virtual void SyncFolder(string path) => disk.SyncFolder(path);

    public virtual void Rename(string from, string to) => disk.Rename(from, to);

    public void DeleteFile(string path) => disk.DeleteFile(path);

    public void DeleteFolder(string path) => disk.DeleteFolder(path);

    public IReadOnlyList<string> FilesIn(string path) => disk.FilesIn(path);

    public IReadOnlyList<string> FoldersIn(string path) => disk.FoldersIn(path);

    public long FreeBytes(string path) => disk.FreeBytes(path);

    /// <summary>The length of an open file.</summary>
    protected virtual long Length(IDiskFile file, string path) => file.Length;

    /// <summary>Reads of an open file.</summary>
    protected virtual int Read(IDiskFile file, string path, Span<byte> buffer, long at) => file.Read(buffer, at);

    /// <summary>Writes to an open file.</summary>
    protected virtual void Write(IDiskFile file, string path, ReadOnlySpan<byte> bytes, long at) => file.Write(bytes, at);

    /// <summary>Syncs of an open file.</summary>
    protected virtual void Sync(IDiskFile file, string path) => file.Sync();

    private sealed class FileDouble(DiskDouble disk, IDiskFile file, string path) : IDiskFile
    {
        public long Length => disk.Length(file, path);

        public int Read(Span<byte> buffer, long at) => disk.Read(file, path, buffer, at);

        public void Write(ReadOnlySpan<byte> bytes, long at) => disk.Write(file, path, bytes, at);

        public void SetLength(long length) => file.SetLength(length);

        public void Sync() => disk.Sync(file, path);

        public void Dispose() => file.Dispose();
    }
}
