using FedLearn.Coordinator.Storage;
using FedLearn.Coordinator.Storage.Disks;
using FedLearn.Coordinator.Storage.Sealing;
using FedLearn.Coordinator.Storage.Updates;
using FedLearn.Coordinator.Storage.Vectors;
using FedLearn.Core.Encodings;
using FedLearn.Core.Proofs;
using FedLearn.Protocol.V1;

namespace FedLearn.Coordinator.Ingest.Uploads;

/// <summary>The places of uploads, and who writes to each.</summary>
internal sealed class UploadFiles(DataFolder folder, UpdateSegments segments)
{
    private readonly UploadHolds _holds = new();

    /// <summary>Bytes that an upload can go on from: parts that are complete, and of the next one whole blocks.</summary>
    /// <param name="key">The upload.</param>
    /// <param name="parts">Its parts as announced; so below.</param>
    public long ResumeOffset(UploadKey key, IReadOnlyList<UpdatePart> parts)
    {
        if (IsSmall(parts))
        {
            return 0;
        }

        var offset = 0L;
        foreach (var (index, part) in parts.Index())
        {
            var have = BytesOf(PathOf(key, index, part), part.ByteLength, index < parts.Count - 1);
            offset += have;
            if (have < part.ByteLength)
            {
                break;
            }
        }

        return offset;
    }

    /// <summary>
    /// Makes the caller the upload's one writer. An older connection of the same client, which may be half open, is interrupted and
    /// waited for.
    /// </summary>
    public Task<UploadHold> HoldAsync(UploadKey key, CancellationToken cancellationToken) =>
        _holds.TakeAsync(key.Id, cancellationToken);

    /// <summary>Opens an upload, anew or after its last whole block that is sound. The caller holds it.</summary>
    /// <param name="key">The upload.</param>
    /// <param name="parts">Its parts as announced.</param>
    /// <param name="norms">Check the parts' bytes, in their order; fresh.</param>
    /// <param name="startAnew">Whether what is there is dropped.</param>
    public IUpload Open(UploadKey key, IReadOnlyList<UpdatePart> parts, IReadOnlyList<EncodedNorm> norms, bool startAnew)
    {
        if (IsSmall(parts))
        {
            return new SmallUpload(segments, key, [.. parts.Select(p => (int)p.ByteLength)], norms);
        }

        folder.Folders.Make(folder.RoundOf(key.RunId, key.Round));
        var files = new List<PartFile>(parts.Count);
        foreach (var (index, part) in parts.Index())
        {
            files.Add(Open(PathOf(key, index, part), part.ByteLength, norms[index], startAnew, index < parts.Count - 1));
            startAnew |= files[^1].Room > 0;
        }

        return new FileUpload(folder.Disk, files);
    }

    private PartFile Open(string path, long byteLength, EncodedNorm norm, bool startAnew, bool isFollowed)
    {
        var list = $"{path}.blocks";
        var vector = startAnew
            ? VectorWriter.Create(folder.Disk, $"{path}.part", list, [], norm)
            : VectorWriter.Resume(folder.Disk, $"{path}.part", list, isFollowed ? byteLength : 0, norm);
        return new PartFile(vector, byteLength, $"{path}.update");
    }

    /// <summary>What is there of a part. The end of one that another follows was listed when it was complete; of the last one it comes again.</summary>
    private long BytesOf(string path, long byteLength, bool isFollowed)
    {
        if (!folder.Disk.FileExists($"{path}.part") || !folder.Disk.FileExists($"{path}.blocks"))
        {
            return 0;
        }

        try
        {
            return BytesOf(path, byteLength, isFollowed, folder.Disk);
        }
        catch (BrokenSealException)
        {
            return 0; // A power cut took the beginning of a file.
        }
    }

    private static long BytesOf(string path, long byteLength, bool isFollowed, IDisk disk)
    {
        using var part = disk.OpenRead($"{path}.part");
        using var list = disk.OpenRead($"{path}.blocks");
        var listed = list.Length / BlockList.EntrySize * BlockDigest.BlockSize;
        return isFollowed && listed >= byteLength && part.Length >= byteLength
            ? byteLength
            : Math.Min(listed, part.Length / BlockDigest.BlockSize * BlockDigest.BlockSize);
    }

    private static bool IsSmall(IEnumerable<UpdatePart> parts) => parts.Sum(p => p.ByteLength) <= UpdateSegments.MaxUpdate;

    private string PathOf(UploadKey key, int index, UpdatePart part) =>
        Path.Combine(folder.RoundOf(key.RunId, key.Round), UpdatePlace.StemOf(key.Name, index, part.Name));
}
