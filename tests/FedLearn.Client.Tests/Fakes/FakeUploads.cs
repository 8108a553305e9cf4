using System.Collections.Concurrent;
using System.Threading.Channels;
using FedLearn.Core.Proofs;
using FedLearn.Protocol.V1;
using Google.Protobuf;
using Grpc.Core;

namespace FedLearn.Client.Tests.Fakes;

/// <summary>An update that the fake accepted.</summary>
internal sealed record AcceptedUpdate(string ClientId, UpdateHeader Header, byte[] Bytes);

/// <summary>The fake's open uploads and accepted updates, with the statuses that the protocol's table names.</summary>
internal sealed class FakeUploads(FaultScript faults, FakeRoad road)
{
    private readonly ConcurrentDictionary<string, (string Client, UpdateHeader Header, MemoryStream Bytes)> _open = new();
    private readonly ConcurrentDictionary<(string Client, string Run, int Round), (AcceptedUpdate Update, Receipt Receipt)> _accepted = new();

    /// <summary>Signs receipts; null: nobody does.</summary>
    public FakeSigner? Signer { get; set; }

    public Channel<AcceptedUpdate> Accepted { get; } = Channel.CreateUnbounded<AcceptedUpdate>();

    /// <summary>Bytes of chunks that arrived, over all uploads.</summary>
    public long BytesIn { get; private set; }

    /// <summary>Completed when a push comes in that waits for it; null lets all pass.</summary>
    public TaskCompletionSource? HoldPushes { get; set; }

    public Channel<string> Pushes { get; } = Channel.CreateUnbounded<string>();

    public ConcurrentDictionary<(string Run, int Round), bool> ClosedRounds { get; } = new();

    public OpenUpdateReply Open(string client, UpdateHeader header)
    {
        if (ReceiptOf(client, header) is { } receipt)
        {
            return new OpenUpdateReply { Receipt = receipt };
        }

        ThrowIfClosed(header);
        var id = Convert.ToHexStringLower(header.Parts[0].Digest.Span);
        var upload = _open.GetOrAdd(id, _ => (client, header, new MemoryStream()));
        return new OpenUpdateReply { Upload = new Upload { UploadId = id, Offset = upload.Bytes.Length, Road = road.To(client, $"/uploads/{id}") } };
    }

    public Receipt? ReceiptOf(string client, string run, int round) => _accepted.GetValueOrDefault((client, run, round)).Receipt;

    /// <summary>Forgets the uploads that are not complete, as a coordinator that lost its disk's tail does.</summary>
    public void ForgetOpen() => _open.Clear();

    public async Task<Receipt> PushAsync(string client, IAsyncStreamReader<PushUpdateRequest> stream, ServerCallContext context)
    {
        await stream.MoveNext();
        var header = stream.Current.Header ?? HeaderOf(stream.Current.Resume);
        Pushes.Writer.TryWrite(client);
        if (HoldPushes is { } hold)
        {
            await hold.Task.WaitAsync(context.CancellationToken);
        }

        ThrowIfClosed(header);
        var opened = Open(client, header);
        if (opened.Receipt is { } known)
        {
            return known;
        }

        var bytes = _open[opened.Upload.UploadId].Bytes;
        await TakeAsync(bytes, stream, context);
        return Accept(client, header, bytes.ToArray(), () => FaultScript.Break(context));
    }

    /// <summary>The bytes of an open upload.</summary>
    public MemoryStream BytesOf(string id) => Find(id).Bytes;

    /// <summary>Accepts an upload whose bytes are all in.</summary>
    public Receipt Finish(string client, string id, Action loseReceipt)
    {
        var (_, header, bytes) = Find(id);
        ThrowIfClosed(header);
        return Accept(client, header, bytes.ToArray(), loseReceipt);
    }

    private async Task TakeAsync(MemoryStream bytes, IAsyncStreamReader<PushUpdateRequest> stream, ServerCallContext context)
    {
        var end = faults.CutUploadsAt.TryDequeue(out var cut) ? cut : long.MaxValue;
        while (await stream.MoveNext())
        {
            var chunk = stream.Current.Chunk;
            if (chunk.Offset != bytes.Length)
            {
                throw new RpcException(new Status(StatusCode.InvalidArgument, $"expected offset {bytes.Length}, got {chunk.Offset}"));
            }

            BytesIn += chunk.Data.Length;
            bytes.Write(chunk.Data.Span[..(int)Math.Min(chunk.Data.Length, end - bytes.Length)]);
            if (bytes.Length == end)
            {
                FaultScript.Break(context);
                throw new IOException("scripted cut");
            }
        }
    }

    private Receipt Accept(string client, UpdateHeader header, byte[] bytes, Action loseReceipt)
    {
        var start = 0;
        foreach (var part in header.Parts)
        {
            if (!BlockDigest.Of(bytes.AsSpan(start, (int)part.ByteLength)).AsSpan().SequenceEqual(part.Digest.Span))
            {
                throw new RpcException(new Status(StatusCode.InvalidArgument, "wrong digest"));
            }

            start += (int)part.ByteLength;
        }

        var receipt = new Receipt
        {
            RunId = header.RunId,
            Round = header.Round,
            ClientId = client,
            Digest = ByteString.CopyFrom(BlockDigest.OfParts(header.Parts.Select(p => p.Digest.Memory))),
            NumExamples = header.NumExamples,
        };
        Signer?.Sign(receipt);
        var update = new AcceptedUpdate(client, header, bytes);
        _accepted[(client, header.RunId, header.Round)] = (update, receipt);
        Accepted.Writer.TryWrite(update);
        if (faults.LoseReceipts-- > 0)
        {
            loseReceipt();
            throw new IOException("scripted loss of a receipt");
        }

        return receipt;
    }

    private Receipt? ReceiptOf(string client, UpdateHeader header)
    {
        if (!_accepted.TryGetValue((client, header.RunId, header.Round), out var known))
        {
            return null;
        }

        return known.Update.Header.Parts[0].Digest.Equals(header.Parts[0].Digest)
            ? known.Receipt
            : throw new RpcException(new Status(StatusCode.AlreadyExists, "another update was accepted"));
    }

    private void ThrowIfClosed(UpdateHeader header)
    {
        if (ClosedRounds.ContainsKey((header.RunId, header.Round)))
        {
            throw new RpcException(new Status(StatusCode.FailedPrecondition, $"round {header.Round} is closed"));
        }
    }

    private UpdateHeader HeaderOf(Upload resume) => Find(resume.UploadId).Header;

    private (string Client, UpdateHeader Header, MemoryStream Bytes) Find(string id) => _open.TryGetValue(id, out var upload)
        ? upload
        : throw new RpcException(new Status(StatusCode.NotFound, $"no upload {id}"));
}
