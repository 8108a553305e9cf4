using System.Buffers;
using FedLearn.Coordinator.Rounds;
using FedLearn.Coordinator.Storage;
using FedLearn.Coordinator.Storage.Disks;
using FedLearn.Coordinator.Storage.Vectors;
using FedLearn.Core.Proofs;
using FedLearn.Protocol;
using FedLearn.Protocol.V1;
using Google.Protobuf;
using Grpc.Core;

namespace FedLearn.Coordinator.Models;

/// <summary>Feeds published versions to clients and operators.</summary>
internal sealed class ModelFeed(IRunStore store, RunCatalog catalog, VersionFiles versions, RunRegistry runs, CoordinatorOptions options)
{
    private const int ChunkSize = 256 << 10;

    /// <summary>Sends a version's whole safetensors file.</summary>
    public async Task SendFileAsync(DownloadModelRequest request, IServerStreamWriter<DownloadModelReply> stream, CancellationToken cancellationToken)
    {
        var version = Find(request.RunId, request.HasVersion ? request.Version : null);
        Verify(version, cancellationToken);
        using var file = OpenFile(version);
        await stream.WriteAsync(new DownloadModelReply { Header = new DownloadHeader { Version = ToWire(version), FileLength = file.Length } }, cancellationToken).ConfigureAwait(false);
        var buffer = ArrayPool<byte>.Shared.Rent(ChunkSize);
        try
        {
            for (var at = 0L; at < file.Length;)
            {
                var read = ReadFile(file, at, buffer.AsSpan(0, ChunkSize), version);
                var data = UnsafeByteOperations.UnsafeWrap(buffer.AsMemory(0, read));
                await stream.WriteAsync(new DownloadModelReply { Chunk = new Chunk { Offset = at, Data = data } }, cancellationToken).ConfigureAwait(false);
                at += read;
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>Copies a version's whole safetensors file, whose digest is checked before.</summary>
    /// <param name="runId">The run.</param>
    /// <param name="number">The version.</param>
    /// <param name="start">Is told the file's length, and says where to.</param>
    /// <param name="cancellationToken">The caller has gone.</param>
    public async Task CopyFileAsync(string runId, int number, Func<long, Stream> start, CancellationToken cancellationToken)
    {
        var version = Find(runId, number);
        Verify(version, cancellationToken);
        using var file = OpenFile(version);
        var target = start(file.Length);
        var buffer = ArrayPool<byte>.Shared.Rent(ChunkSize);
        try
        {
            for (var at = 0L; at < file.Length;)
            {
                var read = ReadFile(file, at, buffer.AsSpan(0, ChunkSize), version);
                await target.WriteAsync(buffer.AsMemory(0, read), cancellationToken).ConfigureAwait(false);
                at += read;
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    public static ModelVersion ToWire(StoredVersion version) => new()
    {
        RunId = version.RunId,
        Version = version.Number,
        Digest = ByteString.CopyFrom(version.Digest),
        ParentDigest = ByteString.CopyFrom(version.ParentDigest),
        Round = version.Round,
        ByteLength = version.ByteLength,
        ManifestHash = version.ManifestHash,
    };

    /// <summary>A version, the newest where no number is given.</summary>
    public StoredVersion Find(string runId, int? number)
    {
        var newest = runs.Find(runId)?.Newest;
        return (newest is not null && (number ?? newest.Number) == newest.Number ? newest : store.FindVersion(runId, number)) switch
        {
            { IsDeleted: true } version => throw Problem.NotFound($"version {version.Number} of run '{runId}' was deleted: this coordinator keeps version 0, the best one and the "
                + $"newest {options.KeepVersions} of a run (--keep-versions); ask for a newer one").ToException(),
            { } version => version,
            null => throw Problem.NotFound(number is null ? $"there is no run '{runId}'" : $"run '{runId}' has no version {number}").ToException(),
        };
    }

    /// <summary>Opens a version's vector; its blocks are checked as they are read.</summary>
    /// <param name="version">The version.</param>
    /// <param name="state">Empty for its parameters; otherwise the name of a vector of its server state.</param>
    public VectorReader Open(StoredVersion version, string state = "")
    {
        if (state.Length > 0 && !(Assignments.IsForClients(state) && version.State.Any(s => s.Name == state)))
        {
            throw Problem.NotFound($"state: version {version.Number} of run '{version.RunId}' has no vector '{state}' for clients; ask for one that the assignment names").ToException();
        }

        try
        {
            return state.Length > 0 ? versions.OpenState(version, state) : versions.OpenVector(version);
        }
        catch (StoredDataException e)
        {
            throw Problem.DataLoss(e.Message).ToException();
        }
    }

    /// <summary>Reads one block into the start of a buffer and returns its length.</summary>
    public static int Read(VectorReader vector, int block, Span<byte> buffer)
    {
        try
        {
            return vector.Read(block, buffer);
        }
        catch (StoredDataException e)
        {
            throw Problem.DataLoss(e.Message).ToException();
        }
    }

    private IDiskFile OpenFile(StoredVersion version)
    {
        var file = versions.OpenFile(version);
        try
        {
            VersionFiles.CheckHeader(file, version, catalog.ManifestOf(version.RunId));
            return file;
        }
        catch (StoredDataException e)
        {
            file.Dispose();
            throw Problem.DataLoss(e.Message).ToException();
        }
    }

    private static int ReadFile(IDiskFile file, long at, Span<byte> buffer, StoredVersion version)
    {
        try
        {
            return file.Fill(buffer, at, $"the file of version {version.Number} of run {version.RunId}");
        }
        catch (StoredDataException e)
        {
            throw Problem.DataLoss(e.Message).ToException();
        }
    }

    /// <summary>The full digest, before a file leaves the house.</summary>
    private void Verify(StoredVersion version, CancellationToken cancellationToken)
    {
        using var vector = Open(version);
        using var digest = new BlockDigest();
        var buffer = ArrayPool<byte>.Shared.Rent(BlockDigest.BlockSize);
        try
        {
            for (var block = 0; block < vector.BlockCount; block++)
            {
                cancellationToken.ThrowIfCancellationRequested();
                digest.Append(buffer.AsSpan(0, Read(vector, block, buffer)));
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }

        if (!digest.Finish().AsSpan().SequenceEqual(version.Digest))
        {
            throw Problem.DataLoss($"the file of version {version.Number} of run {version.RunId} does not match its digest").ToException();
        }
    }
}
