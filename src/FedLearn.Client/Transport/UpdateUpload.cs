using System.Buffers;
using FedLearn.Protocol.V1;
using Google.Protobuf;
using Grpc.Core;

namespace FedLearn.Client.Transport;

/// <summary>
/// Sends one update until the coordinator answers. A small update is a single call; a larger one is announced first, and goes on
/// from the byte that the coordinator names, however often it breaks.
/// </summary>
internal sealed class UpdateUpload(Caller caller, UpdateHeader header, Stream parts)
{
    /// <summary>Bytes of a chunk: 256 KiB.</summary>
    public const int ChunkSize = 256 << 10;

    /// <summary>Updates below this many bytes are pushed at once, without asking for an offset first: 1 MiB.</summary>
    public const int SmallUpdate = 1 << 20;

    private readonly long _length = header.Parts.Sum(p => p.ByteLength);

    /// <param name="fresh">Whether nothing of this update was sent before, in this process or an earlier one.</param>
    /// <param name="cancellationToken">Ends the attempts; what was sent stays usable.</param>
    /// <exception cref="RpcException">The coordinator refuses the update.</exception>
    public Task<Receipt> RunAsync(bool fresh, CancellationToken cancellationToken) =>
        caller.UntilAnsweredAsync(
            $"delivering the update of round {header.Round}",
            number => number == 0 && fresh && _length < SmallUpdate
                ? PushAsync(new PushUpdateRequest { Header = header }, 0, cancellationToken)
                : OpenAndPushAsync(cancellationToken),
            cancellationToken);

    private async Task<Receipt> OpenAndPushAsync(CancellationToken cancellationToken)
    {
        var opened = await caller.Link.Api
            .OpenUpdateAsync(new OpenUpdateRequest { Header = header }, caller.Link.ControlCall(cancellationToken)).ConfigureAwait(false);
        if (opened.ResultCase == OpenUpdateReply.ResultOneofCase.Receipt)
        {
            return opened.Receipt;
        }

        try
        {
            return await PushAsync(new PushUpdateRequest { Resume = opened.Upload }, opened.Upload.Offset, cancellationToken).ConfigureAwait(false);
        }
        catch (RpcException fault) when (fault.StatusCode is StatusCode.NotFound or StatusCode.FailedPrecondition)
        {
            // The upload may be forgotten, or stand at another byte, where the round is still open: OpenUpdate's answer is the verdict.
            throw new RpcException(new Status(StatusCode.Unavailable, fault.Status.Detail));
        }
    }

    private async Task<Receipt> PushAsync(PushUpdateRequest first, long offset, CancellationToken cancellationToken)
    {
        using var call = caller.Link.Api.PushUpdate(caller.Link.StreamCall(cancellationToken));
        _ = await TryAsync(call.RequestStream.WriteAsync(first, cancellationToken)).ConfigureAwait(false)
            && await TrySendFromAsync(call.RequestStream, offset, cancellationToken).ConfigureAwait(false)
            && await TryAsync(call.RequestStream.CompleteAsync()).ConfigureAwait(false);
        return (await call.ResponseAsync.ConfigureAwait(false)).Receipt;
    }

    private async Task<bool> TrySendFromAsync(
        IClientStreamWriter<PushUpdateRequest> stream, long offset, CancellationToken cancellationToken)
    {
        // The transport copies a message while it writes it, so that one buffer and one message serve every chunk.
        var buffer = ArrayPool<byte>.Shared.Rent(ChunkSize);
        var message = new PushUpdateRequest { Chunk = new Chunk() };
        try
        {
            parts.Position = offset;
            for (; offset < _length; offset += message.Chunk.Data.Length)
            {
                var data = buffer.AsMemory(0, (int)Math.Min(ChunkSize, _length - offset));
                await parts.ReadExactlyAsync(data, cancellationToken).ConfigureAwait(false);
                message.Chunk.Offset = offset;
                message.Chunk.Data = UnsafeByteOperations.UnsafeWrap(data);
                if (!await TryAsync(stream.WriteAsync(message, cancellationToken)).ConfigureAwait(false))
                {
                    return false;
                }
            }

            return true;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
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
