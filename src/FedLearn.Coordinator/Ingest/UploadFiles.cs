using System.Collections.Concurrent;
using FedLearn.Coordinator.Storage;
using FedLearn.Coordinator.Storage.Vectors;
using FedLearn.Core.Proofs;
using FedLearn.Protocol.V1;

namespace FedLearn.Coordinator.Ingest;

/// <summary>Which update an upload is for. Its id is made of these, so that a new process finds a partial upload again.</summary>
internal sealed record UploadKey(string RunId, int Round, string ClientId, string Digest)
{
    /// <summary>The name of the upload's files; the digest's first 16 hex digits tell apart different updates of one client.</summary>
    public string Name => $"{ClientId}.{Digest[..16]}";

    public string Id => $"{RunId}/{Round}/{Name}";

    public static UploadKey Of(AnnouncedUpdate update) => new(update.RunId, update.Round, update.ClientId, Convert.ToHexStringLower(update.Digest));
}

/// <summary>The places of uploads on disk, and who writes to each.</summary>
internal sealed class UploadFiles(DataFolder folder)
{
    private readonly UploadHolds _holds = new();
    private readonly ConcurrentDictionary<(string ClientId, string RunId), (string UploadId, UpdateHeader Header)> _announced = new();

    /// <summary>Keeps an announced header for the stream that resumes it: the last one of each client and run.</summary>
    public void Remember(UploadKey key, UpdateHeader header) => _announced[(key.ClientId, key.RunId)] = (key.Id, header);

    /// <summary>The header that a client announced under an upload id, or null.</summary>
    public UpdateHeader? Recall(string uploadId, string clientId)
    {
        var runId = uploadId.Split('/')[0];
        return _announced.TryGetValue((clientId, runId), out var announced) && announced.UploadId == uploadId ? announced.Header : null;
    }

    /// <summary>Bytes of whole blocks that an upload can go on from.</summary>
    public long ResumeOffset(UploadKey key)
    {
        if (!folder.Disk.FileExists(PartOf(key)) || !folder.Disk.FileExists(ListOf(key)))
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
    public Upload Open(UploadKey key, bool startAnew)
    {
        folder.Folders.Make(folder.RoundOf(key.RunId, key.Round));
        var vector = startAnew
            ? VectorWriter.Create(folder.Disk, PartOf(key), ListOf(key), [])
            : VectorWriter.Resume(folder.Disk, PartOf(key), ListOf(key));
        return new Upload(folder.Disk, vector, Path.Combine(folder.RoundOf(key.RunId, key.Round), $"{key.Name}.update"));
    }

    private string PartOf(UploadKey key) => Path.Combine(folder.RoundOf(key.RunId, key.Round), $"{key.Name}.part");

    private string ListOf(UploadKey key) => Path.Combine(folder.RoundOf(key.RunId, key.Round), $"{key.Name}.blocks");
}
