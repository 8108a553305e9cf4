using System.Buffers;
using FedLearn.Protocol.V1;
using Google.Protobuf;
using Grpc.Core;

namespace FedLearn.Benchmarks.Update.Clients;

/// <summary>The stock gRPC client: generated stubs, protobuf's own marshaller, chunks of 256 KiB.</summary>
internal sealed class GrpcRoad : IUploadRoad
{
    /// <summary>Updates up to this many bytes are one call.</summary>
    private const int SmallUpdate = 1 << 20;

    public string Name => "gRPC road, stock .NET client";

    public async Task<Receipt> SendAsync(Participant participant, UpdateHeader header, Payload payload)
    {
        var first = payload.Length <= SmallUpdate
            ? new PushUpdateRequest { Header = header }
            : new PushUpdateRequest { Resume = await OpenAsync(participant, header) };
        using var call = participant.Api.PushUpdate(participant.Headers);
        await call.RequestStream.WriteAsync(first);
        await SendChunksAsync(call.RequestStream, payload);
        await call.RequestStream.CompleteAsync();
        return (await call.ResponseAsync).Receipt;
    }

    private static async Task<Upload> OpenAsync(Participant participant, UpdateHeader header)
    {
        var opened = await participant.Api.OpenUpdateAsync(new OpenUpdateRequest { Header = header }, participant.Headers);
        return new Upload { UploadId = opened.Upload.UploadId, Offset = opened.Upload.Offset };
    }

    private static async Task SendChunksAsync(IClientStreamWriter<PushUpdateRequest> stream, Payload payload)
    {
        var scratch = ArrayPool<byte>.Shared.Rent(Payload.PieceSize);
        for (var at = 0L; at < payload.Length; at += Payload.PieceSize)
        {
            var data = UnsafeByteOperations.UnsafeWrap(payload.Piece(at, scratch));
            await stream.WriteAsync(new PushUpdateRequest { Chunk = new Chunk { Offset = at, Data = data } });
        }

        ArrayPool<byte>.Shared.Return(scratch);
    }
}
