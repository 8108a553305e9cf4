using FedLearn.Coordinator.Storage.Disks;
using FedLearn.Coordinator.Storage.Vectors;

namespace FedLearn.Coordinator.Ingest;

/// <summary>An upload that is being written. Disposing keeps what is there, for a resume.</summary>
internal sealed class Upload(IDisk disk, VectorWriter vector, string finalPath) : IDisposable
{
    public long Length => vector.Length;

    public double Norm => vector.Norm;

    public bool AllFinite => vector.AllFinite;

    public string FileName => Path.GetFileName(finalPath);

    public void Append(ReadOnlySpan<byte> bytes) => vector.Append(bytes);

    /// <summary>Syncs the bytes and returns their digest.</summary>
    public byte[] Finish() => vector.Finish();

    /// <summary>Gives the finished upload its final name, durably. False where its round is over and its folder gone.</summary>
    public bool TrySeal()
    {
        try
        {
            vector.Seal(finalPath);
            return true;
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return false;
        }
    }

    /// <summary>Deletes a refused upload.</summary>
    public void Discard()
    {
        vector.Discard();
        disk.DeleteFile(finalPath);
    }

    public void Dispose() => vector.Dispose();
}
