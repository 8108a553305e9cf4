using System.Buffers;
using System.IO.Pipelines;
using FedLearn.Coordinator.Ingest.Frames;
using FedLearn.Coordinator.Rounds;
using FedLearn.Coordinator.Storage.Vectors;
using FedLearn.Core.Proofs;
using FedLearn.Protocol;
using FedLearn.Protocol.V1;
using Grpc.Core;

namespace FedLearn.Coordinator.Models;

/// <summary>Feeds the vectors of published versions to clients, by either road. Every block is checked before a byte of it leaves.</summary>
internal sealed class VectorFeed(ModelFeed models, RunRegistry runs)
{
    /// <summary>Bytes of a chunk: a stock .NET client copies each into an array of its own, which from 85,000 bytes on lies on the large-object heap.</summary>
    private const int ChunkSize = 64 << 10;

    /// <summary>Sends a version and its vector from an offset on; the version alone where the caller takes the other road.</summary>
    /// <param name="clientId">The caller.</param>
    /// <param name="request">What it wants.</param>
    /// <param name="offer">The other road to a version, or null.</param>
    /// <param name="stream">Where to.</param>
    /// <param name="cancellationToken">The caller has gone.</param>
    public async Task SendAsync(
        string clientId, GetModelRequest request, Func<StoredVersion, Road?> offer, IServerStreamWriter<ModelFrame> stream, CancellationToken cancellationToken)
    {
        var version = models.Find(request.RunId, request.Version);
        if (request.Offset < 0 || request.Offset > version.ByteLength)
        {
            throw Problem.Invalid($"offset: expected 0 to {version.ByteLength}, got {request.Offset}").ToException();
        }

        using var vector = models.Open(version, request.State);
        var road = offer(version);
        var first = new GetModelReply { Version = ModelFeed.ToWire(version), Road = road };
        await stream.WriteAsync(new ModelFrame { First = first }, cancellationToken).ConfigureAwait(false);
        if (road is null || !request.PreferRoad)
        {
            await SendChunksAsync(clientId, version, vector, request.Offset, stream, cancellationToken).ConfigureAwait(false);
            if (request.State.Length == 0)
            {
                runs.Find(version.RunId)?.Notes.Fetched(clientId, version.Number);
            }
        }
    }

    /// <summary>Writes the bytes [first, end) of a vector of a version, from the disk into the pipe's own buffers.</summary>
    /// <param name="clientId">The caller.</param>
    /// <param name="version">The version.</param>
    /// <param name="state">Empty for its parameters; otherwise the name of a vector of its server state.</param>
    /// <param name="first">The first byte.</param>
    /// <param name="end">The byte after the last.</param>
    /// <param name="start">Called once the first block is known to be sound, before its bytes are written.</param>
    /// <param name="pipe">Where to.</param>
    /// <param name="cancellationToken">The caller has gone.</param>
    public async Task WriteAsync(string clientId, StoredVersion version, string state, long first, long end, Func<Task> start, PipeWriter pipe, CancellationToken cancellationToken)
    {
        using var vector = models.Open(version, state);
        var run = runs.Find(version.RunId);
        var (meter, progress) = (run?.Meter, ProgressOf(run, version, clientId));
        progress?.SendBegins();
        var started = false;
        for (var at = first; at < end;)
        {
            var (block, from) = ((int)(at / BlockDigest.BlockSize), (int)(at % BlockDigest.BlockSize));
            if (!started)
            {
                using var checkedFirst = MemoryPool<byte>.Shared.Rent(BlockDigest.BlockSize);
                ModelFeed.Read(vector, block, checkedFirst.Memory.Span);
                await start().ConfigureAwait(false);
                started = true;
            }

            var memory = pipe.GetMemory(vector.LengthOf(block));
            var length = (int)Math.Min(ModelFeed.Read(vector, block, memory.Span), end - at + from);
            if (from > 0)
            {
                memory[from..length].CopyTo(memory);
            }

            pipe.Advance(length - from);
            var flushed = await pipe.FlushAsync(cancellationToken).ConfigureAwait(false);
            at += length - from;
            meter?.AddBytesOut(length - from);
            progress?.Sent(length - from);
            if (flushed.IsCompleted)
            {
                return;
            }
        }

        if (end == version.ByteLength && state.Length == 0)
        {
            run?.Notes.Fetched(clientId, version.Number);
        }

        if (!started)
        {
            await start().ConfigureAwait(false);
        }
    }

    /// <summary>Of a client that fetches what its round trains from.</summary>
    private static ClientProgress? ProgressOf(OpenRun? run, StoredVersion version, string clientId) =>
        run?.State.Round is { } round && round.BaseVersion == version.Number ? run.Progress.Of(clientId) : null;

    private async Task SendChunksAsync(
        string clientId, StoredVersion version, VectorReader vector, long offset, IServerStreamWriter<ModelFrame> stream, CancellationToken cancellationToken)
    {
        var run = runs.Find(version.RunId);
        var (meter, progress) = (run?.Meter, ProgressOf(run, version, clientId));
        progress?.SendBegins();
        var buffer = ArrayPool<byte>.Shared.Rent(BlockDigest.BlockSize);
        try
        {
            for (var at = offset; at < version.ByteLength;)
            {
                var block = (int)(at / BlockDigest.BlockSize);
                var length = ModelFeed.Read(vector, block, buffer);
                for (var inBlock = (int)(at % BlockDigest.BlockSize); inBlock < length; inBlock = (int)(at - ((long)block * BlockDigest.BlockSize)))
                {
                    var take = Math.Min(ChunkSize, length - inBlock);
                    await stream.WriteAsync(new ModelFrame { Offset = at, Bytes = buffer.AsMemory(inBlock, take) }, cancellationToken).ConfigureAwait(false);
                    at += take;
                    meter?.AddBytesOut(take);
                    progress?.Sent(take);
                }
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
