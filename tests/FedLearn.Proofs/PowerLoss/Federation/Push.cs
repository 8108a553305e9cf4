using FedLearn.Protocol.V1;
using Google.Protobuf;
using Grpc.Core;

namespace FedLearn.Proofs.PowerLoss.Federation;

/// <summary>The two calls that carry vectors.</summary>
internal static class Push
{
    private const int ChunkSize = 256 << 10;

    /// <summary>Sends a vector's bytes from an offset on and returns the receipt.</summary>
    public static async Task<Receipt> SendAsync(
        Protocol.V1.Federation.FederationClient calls, Metadata headers, PushUpdateRequest first, byte[] bytes, long offset)
    {
        using var call = calls.PushUpdate(headers);
        var open = await TrySendAsync(call.RequestStream, first).ConfigureAwait(false);
        for (var at = (int)offset; open && at < bytes.Length; at += ChunkSize)
        {
            var data = UnsafeByteOperations.UnsafeWrap(bytes.AsMemory(at, Math.Min(ChunkSize, bytes.Length - at)));
            open = await TrySendAsync(call.RequestStream, new PushUpdateRequest { Chunk = new Chunk { Offset = at, Data = data } }).ConfigureAwait(false);
        }

        if (open)
        {
            await call.RequestStream.CompleteAsync().ConfigureAwait(false);
        }

        return (await call.ResponseAsync.ConfigureAwait(false)).Receipt;
    }

    /// <summary>A version's whole vector.</summary>
    public static async Task<byte[]> DownloadAsync(Protocol.V1.Federation.FederationClient calls, Metadata headers, GetModelRequest request)
    {
        using var call = calls.GetModel(request, headers);
        var bytes = new MemoryStream();
        while (await call.ResponseStream.MoveNext(CancellationToken.None).ConfigureAwait(false))
        {
            call.ResponseStream.Current.Chunk?.Data.WriteTo(bytes);
        }

        return bytes.ToArray();
    }

    /// <summary>False where the coordinator has answered already: the call's result tells what.</summary>
    private static async Task<bool> TrySendAsync(IClientStreamWriter<PushUpdateRequest> stream, PushUpdateRequest message)
    {
        try
        {
            await stream.WriteAsync(message).ConfigureAwait(false);
            return true;
        }
        catch (Exception e) when (e is RpcException or InvalidOperationException)
        {
            return false;
        }
    }
}
