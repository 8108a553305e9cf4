using System.Collections.Immutable;
using FedLearn.Coordinator.Rounds;
using FedLearn.Coordinator.Storage;
using FedLearn.Core.Rounds;
using FedLearn.Protocol;
using FedLearn.Protocol.V1;
using Grpc.Core;

namespace FedLearn.Coordinator.Ingest;

/// <summary>The way of an update, from its header to its receipt.</summary>
/// <remarks>
/// 1. find run and round, check that the client was selected and has not delivered yet;
/// 2. check the header;
/// 3. take the chunks in order to the update's place on disk, never into the aggregate;
/// 4. on the last chunk check length, digest, finiteness and norm;
/// 5. make it durable, hand it to the round, which commits its row; then the receipt.
/// What is decided on the way stands in <see cref="UpdateGate"/>. Nothing of steps 1 to 4 changes the round. A partial upload stays for
/// resuming; a refused one is deleted.
/// </remarks>
internal sealed class UpdateIngest(RunRegistry runs, UpdateGate gate, UploadFiles uploads, IRunStore store, TimeProvider time)
{
    /// <summary>The most bytes a chunk may carry.</summary>
    public const int MaxChunk = 1 << 20;

    /// <summary>Answers an announced update: its receipt where it is accepted already, otherwise where to go on.</summary>
    public OpenUpdateReply Open(string clientId, UpdateHeader header)
    {
        var update = new AnnouncedUpdate(clientId, header);
        if (Admit(update, out _) is { } receipt)
        {
            return new OpenUpdateReply { Receipt = receipt };
        }

        var key = UploadKey.Of(update);
        uploads.Remember(key, header);
        return new OpenUpdateReply { Upload = new Protocol.V1.Upload { UploadId = key.Id, Offset = uploads.ResumeOffset(key) } };
    }

    /// <summary>Takes a stream of header or resume, then chunks, and returns the receipt.</summary>
    public async Task<Receipt> PushAsync(string clientId, IAsyncStreamReader<PushUpdateRequest> stream, CancellationToken cancellationToken)
    {
        if (!await stream.MoveNext(cancellationToken).ConfigureAwait(false))
        {
            throw Problem.Invalid("expected a header or a resume as the first message, got the end of the stream").ToException();
        }

        var (header, offset) = First(clientId, stream.Current);
        var update = new AnnouncedUpdate(clientId, header);
        if (Admit(update, out _) is { } known)
        {
            return known;
        }

        var key = UploadKey.Of(update);
        using var hold = await uploads.HoldAsync(key, cancellationToken).ConfigureAwait(false);
        if (Admit(update, out var run) is { } acceptedMeanwhile)
        {
            return acceptedMeanwhile;
        }

        using var upload = OpenAt(key, offset);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, hold.Interrupted);
        await TakeChunksAsync(upload, update.ByteLength, run!, stream, stop.Token).ConfigureAwait(false);
        return await DeliverAsync(upload, update, run!).ConfigureAwait(false);
    }

    /// <summary>Steps 1 and 2: the receipt of an update that is accepted already, or the run that takes its bytes.</summary>
    /// <exception cref="RpcException">The run does not take it.</exception>
    private Receipt? Admit(AnnouncedUpdate update, out OpenRun? run)
    {
        run = runs.Find(update.RunId);
        if (run?.Updates.Round != update.Round && store.FindUpdate(update.RunId, update.Round, update.ClientId) is { } older)
        {
            return ReceiptOrThrow(UpdateGate.Repeat(update, older));
        }

        run ??= runs.FindOpen(update.RunId);
        return ReceiptOrThrow(gate.Admit(run, update));
    }

    private Upload OpenAt(UploadKey key, long offset)
    {
        var upload = uploads.Open(key, startAnew: offset == 0);
        if (upload.Length == offset)
        {
            return upload;
        }

        var at = upload.Length;
        upload.Dispose();
        throw Problem.FailedPrecondition($"the upload stands at offset {at}, not {offset}; call OpenUpdate and go on from the offset that it returns").ToException();
    }

    private (UpdateHeader Header, long Offset) First(string clientId, PushUpdateRequest first) => first.ContentCase switch
    {
        PushUpdateRequest.ContentOneofCase.Header => (first.Header, 0),
        PushUpdateRequest.ContentOneofCase.Resume => (
            uploads.Recall(first.Resume.UploadId, clientId)
                ?? throw Problem.FailedPrecondition($"upload '{first.Resume.UploadId}' is not open for this client; call OpenUpdate first").ToException(),
            first.Resume.Offset),
        _ => throw Problem.Invalid("expected a header or a resume as the first message, got a chunk").ToException(),
    };

    private static async Task TakeChunksAsync(
        Upload upload, long expected, OpenRun run, IAsyncStreamReader<PushUpdateRequest> stream, CancellationToken cancellationToken)
    {
        while (await stream.MoveNext(cancellationToken).ConfigureAwait(false))
        {
            var chunk = stream.Current.Chunk ?? throw Refuse(upload, Problem.Invalid($"expected a chunk, got {stream.Current.ContentCase}"));
            if (chunk.Offset != upload.Length)
            {
                throw Refuse(upload, Problem.Invalid($"chunk.offset: expected {upload.Length}, got {chunk.Offset}; chunks come in order, without gap or overlap"));
            }

            if (chunk.Data.Length > MaxChunk || chunk.Data.Length > expected - upload.Length)
            {
                throw Refuse(upload, Problem.Invalid($"chunk.data: expected at most {Math.Min(MaxChunk, expected - upload.Length)} bytes at offset {chunk.Offset}, got {chunk.Data.Length}"));
            }

            upload.Append(chunk.Data.Span);
            run.Meter.AddBytesIn(chunk.Data.Length);
            if (!upload.AllFinite)
            {
                throw Refuse(upload, Problem.Invalid($"the update holds NaN or Inf before byte {upload.Length}; expected finite values only. Training has diverged: lower the learning rate, or clip"));
            }
        }
    }

    private async Task<Receipt> DeliverAsync(Upload upload, AnnouncedUpdate update, OpenRun run)
    {
        if (upload.Length != update.ByteLength)
        {
            // The stream ended early: what is there stays, for a resume.
            throw Problem.Invalid($"expected {update.ByteLength} bytes, the stream ended after {upload.Length}; call OpenUpdate and go on from the offset that it returns").ToException();
        }

        if (UpdateGate.CheckWhole(run, update, upload.Finish(), upload.Norm) is { } problem)
        {
            throw Refuse(upload, problem);
        }

        if (!upload.TrySeal())
        {
            throw Problem.Of(Refusal.RoundClosed, run.Id, update.Round).ToException();
        }

        var header = update.Header;
        var sealedUpdate = new SealedUpdate(
            run.Id,
            update.Round,
            update.ClientId,
            update.Digest,
            header.NumExamples,
            header.Steps,
            header.Metrics.ToImmutableSortedDictionary(StringComparer.Ordinal),
            upload.Norm,
            upload.Length,
            upload.FileName,
            time.GetUtcNow());
        var happened = new RunEvent.UpdateSealed(update.ClientId, update.Round, header.BaseVersion, RunStore.Accepted(sealedUpdate));
        var answer = UpdateGate.Conclude(update, await runs.AskAsync(run.Id, happened, sealedUpdate).ConfigureAwait(false));
        if (answer is { Problem: not null, KeepsBytes: false })
        {
            upload.Discard();
        }

        return ReceiptOrThrow(answer)!;
    }

    private static Receipt? ReceiptOrThrow(GateAnswer answer) => answer.Problem is { } problem ? throw problem.ToException() : answer.Receipt;

    private static RpcException Refuse(Upload upload, Problem problem)
    {
        upload.Discard();
        return problem.ToException();
    }
}
