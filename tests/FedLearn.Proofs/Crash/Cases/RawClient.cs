using System.Runtime.InteropServices;
using FedLearn.Core.Proofs;
using FedLearn.Protocol.V1;
using Google.Protobuf;
using Grpc.Core;
using Grpc.Net.Client;

namespace FedLearn.Proofs.Crash.Cases;

/// <summary>A participant that speaks the protocol by hand, so that it can stop within an upload. Its update is the same whenever it is made.</summary>
internal sealed class RawClient(string address, string id, long byteLength) : IDisposable
{
    private const int ChunkBytes = 1 << 20;

    private readonly GrpcChannel _channel = GrpcChannel.ForAddress(address);
    private Metadata _headers = [];
    private AsyncServerStreamingCall<WatchReply>? _watch;

    public string Id => id;

    private Protocol.V1.Federation.FederationClient Calls => new(_channel);

    /// <summary>A value of the update.</summary>
    public static float Value(string id, long index) => (float)(((index * 31) + (id[^1] * 7)) % 1009) * 1e-4f;

    /// <summary>Joins, accepts the run, and waits for its first assignment; returns the update's header.</summary>
    public async Task<UpdateHeader> TakePartAsync()
    {
        var joined = await Calls.JoinAsync(new JoinRequest { ClientId = id, ProtocolVersion = 1, Software = "proof" });
        _headers = new Metadata { { "authorization", $"Bearer {joined.Token}" } };
        _watch = Calls.Watch(new WatchRequest(), _headers);
        var manifest = "";
        while (await _watch.ResponseStream.MoveNext(default).ConfigureAwait(false))
        {
            var message = _watch.ResponseStream.Current;
            if (message.Run is { } run)
            {
                manifest = run.Manifest.Hash;
                await Calls.AnswerRunAsync(new AnswerRunRequest { RunId = run.RunId }, _headers);
            }
            else if (message.Fit is { } fit)
            {
                return HeaderOf(fit, manifest);
            }
        }

        throw new CrashException($"{id} got no assignment");
    }

    /// <summary>Asks where the upload stands.</summary>
    public async Task<Upload> OpenAsync(UpdateHeader header) =>
        (await Calls.OpenUpdateAsync(new OpenUpdateRequest { Header = header }, _headers)).Upload ?? throw new CrashException($"{id} got a receipt for half an upload");

    /// <summary>Sends bytes from the upload's offset on; at the end of the vector it returns the receipt, before it null and leaves the call open.</summary>
    public async Task<Receipt?> SendAsync(Upload upload, long until)
    {
        var call = Calls.PushUpdate(_headers);
        await call.RequestStream.WriteAsync(new PushUpdateRequest { Resume = upload }).ConfigureAwait(false);
        for (var at = upload.Offset; at < until; at += ChunkBytes)
        {
            var bytes = BytesAt(at, (int)Math.Min(ChunkBytes, until - at));
            await call.RequestStream.WriteAsync(new PushUpdateRequest { Chunk = new Chunk { Offset = at, Data = UnsafeByteOperations.UnsafeWrap(bytes) } }).ConfigureAwait(false);
        }

        if (until < byteLength)
        {
            return null;
        }

        await call.RequestStream.CompleteAsync().ConfigureAwait(false);
        return (await call.ResponseAsync.ConfigureAwait(false)).Receipt;
    }

    public void Dispose()
    {
        _watch?.Dispose();
        _channel.Dispose();
    }

    private UpdateHeader HeaderOf(FitAssignment fit, string manifest)
    {
        using var digest = new BlockDigest();
        for (var at = 0L; at < byteLength; at += ChunkBytes)
        {
            digest.Append(BytesAt(at, (int)Math.Min(ChunkBytes, byteLength - at)));
        }

        return new UpdateHeader
        {
            RunId = fit.RunId,
            Round = fit.Round,
            BaseVersion = fit.BaseVersion,
            BaseDigest = fit.BaseDigest,
            ManifestHash = manifest,
            NumExamples = HashTrainer.ExamplesOf(id),
            Steps = 1,
            Parts = { new UpdatePart { Name = "delta", Encoding = Encoding.F32, ByteLength = byteLength, Digest = ByteString.CopyFrom(digest.Finish()) } },
        };
    }

    private byte[] BytesAt(long offset, int length)
    {
        var bytes = new byte[length];
        var values = MemoryMarshal.Cast<byte, float>(bytes.AsSpan());
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = Value(id, (offset / sizeof(float)) + i);
        }

        return bytes;
    }
}
