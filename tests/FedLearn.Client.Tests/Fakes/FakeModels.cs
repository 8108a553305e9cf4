using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using FedLearn.Core.Proofs;
using FedLearn.Protocol.V1;
using Google.Protobuf;
using Grpc.Core;

namespace FedLearn.Client.Tests.Fakes;

/// <summary>The fake's published versions.</summary>
internal sealed class FakeModels(FaultScript faults, FakeRoad road)
{
    public const int ChunkSize = 256 << 10;

    private readonly ConcurrentDictionary<(string Run, int Version), (ModelVersion Version, byte[] Bytes)> _versions = new();
    private readonly ConcurrentDictionary<(string Run, int Version, string Name), byte[]> _states = new();

    /// <summary>The offsets that clients asked for, in order.</summary>
    public ConcurrentQueue<(int Version, long Offset)> Requests { get; } = new();

    /// <summary>Publishes a version, and returns what assignments say of it.</summary>
    public ModelVersion Publish(string runId, int version, float[] vector, string manifestHash)
    {
        var bytes = MemoryMarshal.AsBytes(vector.AsSpan()).ToArray();
        var published = new ModelVersion
        {
            RunId = runId,
            Version = version,
            Digest = ByteString.CopyFrom(BlockDigest.Of(bytes)),
            ByteLength = bytes.Length,
            ManifestHash = manifestHash,
        };
        _versions[(runId, version)] = (published, bytes);
        return published;
    }

    /// <summary>Adds a vector to a version's server state, and returns what assignments say of it.</summary>
    public StateVector PublishState(string runId, int version, string name, float[] vector)
    {
        var bytes = _states[(runId, version, name)] = MemoryMarshal.AsBytes(vector.AsSpan()).ToArray();
        return new StateVector { Name = name, Digest = ByteString.CopyFrom(BlockDigest.Of(bytes)) };
    }

    /// <summary>Flips one bit of the stored bytes, as a disk that rots does.</summary>
    public void Damage(string runId, int version, long at) => _versions[(runId, version)].Bytes[at] ^= 1;

    public byte[] BytesOf(string runId, int version, string state = "") => state.Length > 0 ? _states[(runId, version, state)] : _versions[(runId, version)].Bytes;

    public async Task SendAsync(string client, GetModelRequest request, IServerStreamWriter<GetModelReply> stream)
    {
        Requests.Enqueue((request.Version, request.Offset));
        if (!_versions.TryGetValue((request.RunId, request.Version), out var held))
        {
            throw new RpcException(new Status(StatusCode.NotFound, $"no version {request.Version}"));
        }

        held = request.State.Length > 0 ? (held.Version, _states[(request.RunId, request.Version, request.State)]) : held;
        if (request.PreferRoad && road.To(client, $"/models/{request.RunId}/{request.Version}/{request.State}".TrimEnd('/')) is { } other)
        {
            await stream.WriteAsync(new GetModelReply { Version = held.Version, Road = other });
            return;
        }

        var end = faults.CutDownloadsAt.TryDequeue(out var cut) ? cut : long.MaxValue;
        await stream.WriteAsync(new GetModelReply { Version = held.Version });
        for (var offset = request.Offset; offset < held.Bytes.Length;)
        {
            var count = (int)Math.Min(Math.Min(ChunkSize, held.Bytes.Length - offset), end - offset);
            await stream.WriteAsync(new GetModelReply
            {
                Chunk = new Chunk { Offset = offset, Data = ByteString.CopyFrom(held.Bytes, (int)offset, count) },
            });
            offset += count;
            if (offset == end)
            {
                throw new RpcException(new Status(StatusCode.Unavailable, "scripted cut"));
            }
        }
    }
}
