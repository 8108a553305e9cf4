using FedLearn.Coordinator.Storage.Disks;

namespace FedLearn.Proofs.PowerLoss.Disks;

/// <summary>An open file of a <see cref="CrashDisk"/>.</summary>
internal sealed class OpenCrashFile(CrashDisk disk, CrashFile file, string path) : IDiskFile
{
    /// <summary>The file itself, whatever it is called now.</summary>
    public CrashFile File => file;

    public long Length => file.Length;

    public int Read(Span<byte> buffer, long at) => disk.Read(file, buffer, at);

    public void Write(ReadOnlySpan<byte> bytes, long at)
    {
        if (!bytes.IsEmpty)
        {
            disk.Do(new DiskOp(OpKind.Write, path, file.Id, At: at, Bytes: bytes.ToArray()));
        }
    }

    public void SetLength(long length)
    {
        if (length != file.Length)
        {
            disk.Do(new DiskOp(OpKind.SetLength, path, file.Id, At: length));
        }
    }

    public void Sync() => disk.Do(new DiskOp(OpKind.Sync, path, file.Id));

    public void Dispose()
    {
    }
}
