using FedLearn.Client.Pending;
using FedLearn.Client.Transport.Roads;
using FedLearn.Protocol.V1;
using Google.Protobuf;
using Grpc.Core;

namespace FedLearn.Client.Transport;

/// <summary>
/// Sends one update until the coordinator answers. A small update is a single call; a larger one is announced first, and goes on
/// from the byte that the coordinator names, however often it breaks, by the other road where there is one and by gRPC where not.
/// </summary>
internal sealed class UpdateUpload(Caller caller, UpdateHeader header, IPartBytes parts)
{
    /// <summary>Bytes of a chunk: 256 KiB.</summary>
    public const int ChunkSize = 256 << 10;

    /// <summary>Updates below this many bytes are pushed at once, without asking for an offset first: 1 MiB.</summary>
    public const int SmallUpdate = 1 << 20;

    // The connection need not carry a header alone: what follows it is at hand.
    private static readonly WriteOptions s_moreFollows = new(WriteFlags.BufferHint);

    private readonly long _length = header.Parts.Sum(p => p.ByteLength);
    private readonly RoadLeg _leg = new(caller.Link.RoadBook);

    /// <param name="fresh">Whether nothing of this update was sent before, in this process or an earlier one.</param>
    /// <param name="cancellationToken">Ends the attempts; what was sent stays usable.</param>
    /// <exception cref="RpcException">The coordinator refuses the update.</exception>
    public Task<Receipt> RunAsync(bool fresh, CancellationToken cancellationToken) =>
        caller.UntilAnsweredAsync(
            $"delivering the update of round {header.Round}",
            number => number == 0 && fresh && _length < SmallUpdate
                ? PushAsync(new PushUpdateRequest { Header = header }, 0, cancellationToken)
                : OpenAndSendAsync(cancellationToken),
            cancellationToken);

    private async Task<Receipt> OpenAndSendAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            var opened = await caller.Link.Api
                .OpenUpdateAsync(new OpenUpdateRequest { Header = header }, caller.Link.ControlCall(cancellationToken)).ConfigureAwait(false);
            if (opened.ResultCase == OpenUpdateReply.ResultOneofCase.Receipt)
            {
                return opened.Receipt;
            }

            try
            {
                return await SendAsync(opened.Upload, cancellationToken).ConfigureAwait(false);
            }
            catch (RoadException fault)
            {
                // Ask again: some of it may have arrived.
                _leg.TakeFault(opened.Upload.Road, opened.Upload.Offset, fault);
            }
            catch (RpcException fault) when (fault.StatusCode is StatusCode.NotFound or StatusCode.FailedPrecondition or StatusCode.PermissionDenied)
            {
                // The upload may be forgotten, stand at another byte, or have been sealed by an earlier attempt whose receipt was lost:
                // OpenUpdate's answer is the verdict.
                throw new RpcException(new Status(StatusCode.Unavailable, fault.Status.Detail));
            }
        }
    }

    private Task<Receipt> SendAsync(Upload upload, CancellationToken cancellationToken)
    {
        var takesRoad = upload.Road is not null && caller.Link.RoadBook.IsOpen && _length - upload.Offset >= RoadBook.LeastBytes;
        return takesRoad
            ? caller.Link.Roads.PutAsync(upload.Road!, caller.Link.Authorization, parts, upload.Offset, _length, cancellationToken)
            : PushAsync(
                new PushUpdateRequest { Resume = new Upload { UploadId = upload.UploadId, Offset = upload.Offset } }, upload.Offset, cancellationToken);
    }

    private async Task<Receipt> PushAsync(PushUpdateRequest first, long offset, CancellationToken cancellationToken)
    {
        using var call = caller.Link.Api.PushUpdate(caller.Link.StreamCall(cancellationToken));
        call.RequestStream.WriteOptions = offset < _length ? s_moreFollows : null;
        _ = await TryAsync(call.RequestStream.WriteAsync(first, cancellationToken)).ConfigureAwait(false)
            && await TrySendFromAsync(call.RequestStream, offset, cancellationToken).ConfigureAwait(false)
            && await TryAsync(call.RequestStream.CompleteAsync()).ConfigureAwait(false);
        return (await call.ResponseAsync.ConfigureAwait(false)).Receipt;
    }

    private async Task<bool> TrySendFromAsync(
        IClientStreamWriter<PushUpdateRequest> stream, long offset, CancellationToken cancellationToken)
    {
        // The transport copies a message while it writes it, so that the opened segment and one message serve every chunk.
        stream.WriteOptions = null;
        var message = new PushUpdateRequest { Chunk = new Chunk() };
        for (; offset < _length; offset += message.Chunk.Data.Length)
        {
            message.Chunk.Offset = offset;
            message.Chunk.Data = UnsafeByteOperations.UnsafeWrap(parts.View(offset, Math.Min(_length, offset + ChunkSize)));
            if (!await TryAsync(stream.WriteAsync(message, cancellationToken)).ConfigureAwait(false))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>False where the call is over: the coordinator has answered early, or the connection broke. Its response says which.</summary>
    private static async Task<bool> TryAsync(Task write)
    {
        try
        {
            await write.ConfigureAwait(false);
            return true;
        }
        catch (Exception fault) when (fault is RpcException or InvalidOperationException or IOException)
        {
            return false;
        }
    }
}
