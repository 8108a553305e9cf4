using FedLearn.Coordinator.Storage.Disks;
using FedLearn.Coordinator.Storage.Updates;
using FedLearn.Coordinator.Storage.Vectors;

namespace FedLearn.Coordinator.Ingest.Uploads;

/// <summary>A large update, written to a file of its own as it comes. Disposing keeps what is there, for a resume.</summary>
internal sealed class FileUpload(IDisk disk, VectorWriter vector, string finalPath) : IUpload
{
    public long Length => vector.Length;

    public double Norm => vector.Norm;

    public bool AllFinite => vector.AllFinite;

    public void Append(ReadOnlySpan<byte> bytes) => vector.Append(bytes);

    /// <summary>Syncs the bytes and returns their digest.</summary>
    public byte[] Finish() => vector.Finish();

    /// <summary>Gives the file its final name, durably.</summary>
    public ValueTask<SegmentPlace?> SealAsync(CancellationToken cancellationToken)
    {
        try
        {
            vector.Seal(finalPath);
            return new(new SegmentPlace(Path.GetFileName(finalPath), 0));
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return new((SegmentPlace?)null);
        }
    }

    public void Discard()
    {
        vector.Discard();
        disk.DeleteFile(finalPath);
    }

    public void Dispose() => vector.Dispose();
}
