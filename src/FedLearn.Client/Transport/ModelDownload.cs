using FedLearn.Client.Logging;
using FedLearn.Core.Models;
using FedLearn.Core.Proofs;
using FedLearn.Protocol.V1;
using Grpc.Core;

namespace FedLearn.Client.Transport;

/// <summary>Which published version is wanted, and the digest that it must have.</summary>
internal sealed record VersionWanted(string RunId, int Version, ReadOnlyMemory<byte> Digest);

/// <summary>
/// One download of a version's vector into memory. An attempt that breaks leaves its bytes and its digest's state, and the next
/// one asks for the rest.
/// </summary>
internal sealed class ModelDownload(Caller caller, VersionWanted wanted, ModelManifest manifest) : IDisposable
{
    private readonly BlockDigest _digest = new();
    private readonly float[] _vector = NewVector(manifest);

    /// <exception cref="InvalidDataException">What the coordinator sent is not the version that it announced.</exception>
    public async Task<float[]> RunAsync(CancellationToken cancellationToken)
    {
        var started = caller.Time.GetTimestamp();
        await caller.UntilAnsweredAsync(
            $"downloading version {wanted.Version}", _ => AttemptAsync(cancellationToken), cancellationToken).ConfigureAwait(false);
        var actual = _digest.Finish();
        if (!wanted.Digest.Span.SequenceEqual(actual))
        {
            throw new InvalidDataException(
                $"version {wanted.Version} arrived damaged: its digest must be {Hex(wanted.Digest.Span)} and is {Hex(actual)}");
        }

        ClientLog.Downloaded(
            caller.Logger, wanted.Version, wanted.RunId, manifest.ByteLength, caller.Time.GetElapsedTime(started).TotalSeconds);
        return _vector;
    }

    public void Dispose() => _digest.Dispose();

    private async Task<bool> AttemptAsync(CancellationToken cancellationToken)
    {
        var request = new GetModelRequest { RunId = wanted.RunId, Version = wanted.Version, Offset = _digest.Length };
        using var call = caller.Link.Api.GetModel(request, caller.Link.StreamCall(cancellationToken));
        while (await call.ResponseStream.MoveNext(cancellationToken).ConfigureAwait(false))
        {
            var reply = call.ResponseStream.Current;
            if (reply.ContentCase == GetModelReply.ContentOneofCase.Version)
            {
                CheckVersion(reply.Version);
            }
            else if (reply.ContentCase == GetModelReply.ContentOneofCase.Chunk)
            {
                Take(reply.Chunk);
            }
        }

        return _digest.Length == manifest.ByteLength
            ? true
            : throw new RpcException(new Status(
                StatusCode.Unavailable, $"the stream ended at byte {_digest.Length} of {manifest.ByteLength}"));
    }

    private void CheckVersion(ModelVersion version)
    {
        if (version.ManifestHash != manifest.Hash || version.ByteLength != manifest.ByteLength
            || !version.Digest.Span.SequenceEqual(wanted.Digest.Span))
        {
            throw new InvalidDataException(
                $"version {wanted.Version} is not what was announced: manifest {manifest.Hash}, {manifest.ByteLength} bytes, digest " +
                $"{Hex(wanted.Digest.Span)} were expected; manifest {version.ManifestHash}, {version.ByteLength} bytes, digest " +
                $"{Hex(version.Digest.Span)} came");
        }
    }

    private void Take(Chunk chunk)
    {
        var data = chunk.Data.Span;
        if (chunk.Offset != _digest.Length || chunk.Offset + data.Length > manifest.ByteLength)
        {
            throw new InvalidDataException(
                $"version {wanted.Version} came with a gap: bytes from {_digest.Length} of {manifest.ByteLength} were expected, " +
                $"{data.Length} bytes from {chunk.Offset} came");
        }

        data.CopyTo(FloatBytes.Slice(_vector, chunk.Offset, data.Length));
        _digest.Append(data);
    }

    private static float[] NewVector(ModelManifest manifest) => manifest.ElementCount <= Array.MaxLength
        ? GC.AllocateUninitializedArray<float>((int)manifest.ElementCount)
        : throw new InvalidDataException(
            $"a model of {manifest.ElementCount} parameters does not fit: this client holds at most {Array.MaxLength}");

    private static string Hex(ReadOnlySpan<byte> digest) => Convert.ToHexStringLower(digest);
}
