using System.Buffers;
using FedLearn.Client.Logging;
using FedLearn.Client.Transport.Roads;
using FedLearn.Core.Models;
using FedLearn.Protocol.V1;
using Grpc.Core;

namespace FedLearn.Client.Transport;

/// <summary>Which vector of a published version is wanted, and the digest that it must have.</summary>
/// <param name="RunId">The run.</param>
/// <param name="Version">The version.</param>
/// <param name="Digest">The vector's digest.</param>
/// <param name="State">Empty for the version's parameters; otherwise the name of a vector of its server state.</param>
internal sealed record VersionWanted(string RunId, int Version, ReadOnlyMemory<byte> Digest, string State = "");

/// <summary>
/// One download of a version's vector into memory. An attempt that breaks leaves its bytes and its digest's state, and the next
/// one asks for the rest, over whichever road.
/// </summary>
internal sealed class ModelDownload(Caller caller, ModelCall call, VersionWanted wanted, ModelManifest manifest) : IDisposable
{
    private readonly IncomingVector _vector = new(manifest);
    private readonly RoadLeg _leg = new(caller.Link.RoadBook);

    /// <exception cref="InvalidDataException">What the coordinator sent is not the version that it announced.</exception>
    public async Task<float[]> RunAsync(CancellationToken cancellationToken)
    {
        var started = caller.Time.GetTimestamp();
        await caller.UntilAnsweredAsync(
            $"downloading version {wanted.Version}", _ => AttemptAsync(cancellationToken), cancellationToken).ConfigureAwait(false);
        var actual = await _vector.FinishAsync().ConfigureAwait(false);
        if (!wanted.Digest.Span.SequenceEqual(actual))
        {
            throw new InvalidDataException(
                $"version {wanted.Version} arrived damaged: its digest must be {Hex(wanted.Digest.Span)} and is {Hex(actual)}");
        }

        ClientLog.Downloaded(
            caller.Logger, wanted.Version, wanted.RunId, manifest.ByteLength, caller.Time.GetElapsedTime(started).TotalSeconds);
        return _vector.ToVector();
    }

    public void Dispose() => _vector.Dispose();

    private async Task<bool> AttemptAsync(CancellationToken cancellationToken)
    {
        while (await CallAsync(cancellationToken).ConfigureAwait(false) is { } road)
        {
            var start = _vector.Received;
            try
            {
                await caller.Link.Roads.GetAsync(road, caller.Link.Authorization, _vector, cancellationToken).ConfigureAwait(false);
                return true;
            }
            catch (RoadException fault)
            {
                _leg.TakeFault(road, start, fault);
            }
        }

        return _vector.Received == _vector.Length
            ? true
            : throw new RpcException(new Status(
                StatusCode.Unavailable, $"the stream ended at byte {_vector.Received} of {_vector.Length}"));
    }

    /// <summary>Asks for what is missing.</summary>
    /// <returns>The road to take for it; null where it came by this call.</returns>
    private async Task<Road?> CallAsync(CancellationToken cancellationToken)
    {
        var request = new GetModelRequest
        {
            RunId = wanted.RunId,
            Version = wanted.Version,
            Offset = _vector.Received,
            State = wanted.State,
            PreferRoad = caller.Link.RoadBook.IsOpen && _vector.Length - _vector.Received >= RoadBook.LeastBytes,
        };
        Road? road = null;
        using var stream = call.Start(request, _vector, cancellationToken);
        while (await stream.ResponseStream.MoveNext(cancellationToken).ConfigureAwait(false))
        {
            var reply = stream.ResponseStream.Current;
            if (reply.ContentCase == GetModelReply.ContentOneofCase.Version)
            {
                CheckVersion(reply.Version);
                road = request.PreferRoad ? reply.Road : null;
            }
            else if (reply.ContentCase == GetModelReply.ContentOneofCase.Chunk)
            {
                Take(reply.Chunk);
            }
        }

        return _vector.Received < _vector.Length ? road : null;
    }

    private void CheckVersion(ModelVersion version)
    {
        if (version.ManifestHash != manifest.Hash || version.ByteLength != manifest.ByteLength
            || (wanted.State.Length == 0 && !version.Digest.Span.SequenceEqual(wanted.Digest.Span)))
        {
            throw new InvalidDataException(
                $"version {wanted.Version} is not what was announced: manifest {manifest.Hash}, {manifest.ByteLength} bytes, digest " +
                $"{Hex(wanted.Digest.Span)} were expected; manifest {version.ManifestHash}, {version.ByteLength} bytes, digest " +
                $"{Hex(version.Digest.Span)} came");
        }
    }

    private void Take(Chunk chunk)
    {
        if (!_vector.TryTake(chunk.Offset, new ReadOnlySequence<byte>(chunk.Data.Memory)))
        {
            throw new InvalidDataException(
                $"version {wanted.Version} came with a gap: bytes from {_vector.Received} of {manifest.ByteLength} were expected, " +
                $"{chunk.Data.Length} bytes from {chunk.Offset} came");
        }
    }

    private static string Hex(ReadOnlySpan<byte> digest) => Convert.ToHexStringLower(digest);
}
