using FedLearn.Coordinator.Storage;
using FedLearn.Coordinator.Storage.Updates;
using FedLearn.Coordinator.Storage.Vectors;
using FedLearn.Core.Proofs;

namespace FedLearn.Coordinator.Ingest.Uploads;

/// <summary>The places of uploads, and who writes to each.</summary>
internal sealed class UploadFiles(DataFolder folder, UpdateSegments segments)
{
    private readonly UploadHolds _holds = new();

    /// <summary>Bytes of whole blocks that an upload can go on from.</summary>
    public long ResumeOffset(UploadKey key, long byteLength)
    {
        if (IsSmall(byteLength) || !folder.Disk.FileExists(PartOf(key)) || !folder.Disk.FileExists(ListOf(key)))
        {
            return 0;
        }

        using var part = folder.Disk.OpenRead(PartOf(key));
        using var list = folder.Disk.OpenRead(ListOf(key));
        return Math.Min(list.Length / BlockList.EntrySize, part.Length / BlockDigest.BlockSize) * BlockDigest.BlockSize;
    }

    /// <summary>
    /// Makes the caller the upload's one writer. An older connection of the same client, which may be half open, is interrupted and
    /// waited for.
    /// </summary>
    public Task<UploadHold> HoldAsync(UploadKey key, CancellationToken cancellationToken) =>
        _holds.TakeAsync(key.Id, cancellationToken);

    /// <summary>Opens an upload, anew or after its last whole block that is sound. The caller holds it.</summary>
    public IUpload Open(UploadKey key, long byteLength, bool startAnew)
    {
        if (IsSmall(byteLength))
        {
            return new SmallUpload(segments, key, (int)byteLength);
        }

        folder.Folders.Make(folder.RoundOf(key.RunId, key.Round));
        var vector = startAnew
            ? VectorWriter.Create(folder.Disk, PartOf(key), ListOf(key), [])
            : VectorWriter.Resume(folder.Disk, PartOf(key), ListOf(key));
        return new FileUpload(folder.Disk, vector, Path.Combine(folder.RoundOf(key.RunId, key.Round), $"{key.Name}.update"));
    }

    private static bool IsSmall(long byteLength) => byteLength <= UpdateSegments.MaxUpdate;

    private string PartOf(UploadKey key) => Path.Combine(folder.RoundOf(key.RunId, key.Round), $"{key.Name}.part");

    private string ListOf(UploadKey key) => Path.Combine(folder.RoundOf(key.RunId, key.Round), $"{key.Name}.blocks");
}
