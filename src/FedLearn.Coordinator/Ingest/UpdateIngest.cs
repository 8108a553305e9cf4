using System.Collections.Immutable;
using FedLearn.Coordinator.Ingest.Frames;
using FedLearn.Coordinator.Ingest.Uploads;
using FedLearn.Coordinator.Rounds;
using FedLearn.Coordinator.Storage;
using FedLearn.Coordinator.Storage.Updates;
using FedLearn.Core.Encodings;
using FedLearn.Core.Rounds;
using FedLearn.Protocol;
using FedLearn.Protocol.V1;
using Grpc.Core;

namespace FedLearn.Coordinator.Ingest;

/// <summary>The way of an update, from its header to its receipt, whichever road its bytes take.</summary>
/// <remarks>
/// 1. find run and round, check that the client was selected and has not delivered yet;
/// 2. check the header;
/// 3. take a share of the budget and room on the disk, then the bytes in order: a large update's to its place on disk, a small one's to
///    memory, never into the aggregate;
/// 4. on the last byte check length, digest, finiteness and norm;
/// 5. make it durable, hand it to the round, which commits its row; then the receipt.
/// What is decided on the way stands in <see cref="UpdateGate"/>. Nothing of steps 1 to 4 changes the round. A partial upload stays for
/// resuming; a refused one is deleted.
/// </remarks>
internal sealed class UpdateIngest(
    RunRegistry runs, OwnRuns own, UpdateGate gate, UploadBook book, UploadFiles uploads, UploadBudget budget, DiskBudget disk, IRunStore store, TimeProvider time)
{
    /// <summary>Answers an announced update: its receipt where it is accepted already, otherwise the upload and where to go on.</summary>
    public (Receipt? Receipt, OpenedUpload? Upload, long Offset) Open(string clientId, UpdateHeader header)
    {
        var update = new AnnouncedUpdate(clientId, header);
        if (Admit(update, out _) is { } receipt)
        {
            return (receipt, null, 0);
        }

        var key = UploadKey.Of(update);
        var offset = uploads.ResumeOffset(key, update.Header.Parts);
        return disk.WhyNot(update.ByteLength - offset) is { } full ? throw full.ToException() : (null, book.Open(key, update), offset);
    }

    /// <summary>Takes a stream of header or resume, then chunks, and returns the receipt.</summary>
    public async Task<Receipt> PushAsync(string clientId, IAsyncStreamReader<UpdateFrame> stream, CancellationToken cancellationToken)
    {
        using var pace = new PaceGuard(time, cancellationToken);
        if (!await pace.WaitAsync(stop => new ValueTask<bool>(stream.MoveNext(stop))).ConfigureAwait(false))
        {
            throw Problem.Invalid("expected a header or a resume as the first message, got the end of the stream").ToException();
        }

        var (update, offset) = First(clientId, stream.Current);
        using var body = new FrameBody(stream, offset);
        return await TakeAsync(update, offset, body, pace).ConfigureAwait(false);
    }

    /// <summary>Takes the bytes of an upload that was opened, from an offset on, and returns the receipt.</summary>
    public async Task<Receipt> PutAsync(OpenedUpload upload, long offset, IUploadBody body, CancellationToken cancellationToken)
    {
        using var pace = new PaceGuard(time, cancellationToken);
        return await TakeAsync(upload.Update, offset, body, pace).ConfigureAwait(false);
    }

    /// <summary>
    /// Takes the share of the budget that an opened upload will need, before its client sends a byte: until there is one, the caller waits.
    /// It is given back where the bytes do not come in time, and small updates take theirs when they come.
    /// </summary>
    public async Task ReserveAsync(OpenedUpload upload, long memory, CancellationToken cancellationToken)
    {
        if (upload.Update.ByteLength > UpdateSegments.MaxUpdate)
        {
            // A client that asks again keeps its turn.
            var share = upload.TakeReserved(memory) ?? await budget.TakeAsync(memory, cancellationToken).ConfigureAwait(false);
            upload.Reserve(new UploadReservation(share, memory, time));
        }
    }

    private async Task<Receipt> TakeAsync(AnnouncedUpdate update, long offset, IUploadBody body, PaceGuard pace)
    {
        if (Admit(update, out _) is { } known)
        {
            return known;
        }

        var key = UploadKey.Of(update);
        using var hold = await uploads.HoldAsync(key, pace.Token).ConfigureAwait(false);
        using var interrupted = hold.Interrupted.Register(pace.Stop);
        if (Admit(update, out var run) is { } acceptedMeanwhile)
        {
            return acceptedMeanwhile;
        }

        var memory = body.Memory(update.ByteLength);
        using var share = book.Find(key.Id, update.ClientId)?.TakeReserved(memory) ?? await budget.TakeAsync(memory, pace.Token).ConfigureAwait(false);
        using var lease = disk.Take(Math.Max(0, update.ByteLength - offset), out var full) ?? throw full!.ToException();
        using var upload = OpenAt(key, update, run!, offset);
        await TakeBytesAsync(upload, update, run!, lease, body, pace).ConfigureAwait(false);
        var receipt = await DeliverAsync(upload, update, run!, pace.Token).ConfigureAwait(false);
        book.Close(key);
        return receipt;
    }

    /// <summary>Steps 1 and 2: the receipt of an update that is accepted already, or the run that takes its bytes.</summary>
    /// <exception cref="RpcException">The run does not take it.</exception>
    private Receipt? Admit(AnnouncedUpdate update, out OpenRun? run)
    {
        own.Require(update.RunId, update.ClientId);
        run = runs.Find(update.RunId);
        if (run?.Updates.Round != update.Round && store.FindUpdate(update.RunId, update.Round, update.ClientId) is { } older)
        {
            return ReceiptOrThrow(UpdateGate.Repeat(update, older));
        }

        run ??= runs.FindOpen(update.RunId);
        var answer = gate.Admit(run, update);
        if (answer.Problem is { } problem)
        {
            runs.NoteRefusal(run, update.ClientId, update.Round, problem.Text);
        }

        return ReceiptOrThrow(answer);
    }

    private (AnnouncedUpdate Update, long Offset) First(string clientId, UpdateFrame first) => first.Content switch
    {
        PushUpdateRequest.ContentOneofCase.Header => (new AnnouncedUpdate(clientId, first.Header!), 0),
        PushUpdateRequest.ContentOneofCase.Resume => (
            book.Find(first.Resume!.UploadId, clientId)?.Update
                ?? throw Problem.FailedPrecondition($"upload '{first.Resume.UploadId}' is not open for this client; call OpenUpdate first").ToException(),
            first.Resume.Offset),
        _ => throw Problem.Invalid("expected a header or a resume as the first message, got a chunk").ToException(),
    };

    private IUpload OpenAt(UploadKey key, AnnouncedUpdate update, OpenRun run, long offset)
    {
        var upload = uploads.Open(key, update.Header.Parts, run.Parts.Norms(), startAnew: offset == 0);
        if (upload.Length == offset)
        {
            return upload;
        }

        var at = upload.Length;
        upload.Dispose();
        throw Problem.FailedPrecondition($"the upload stands at offset {at}, not {offset}; call OpenUpdate and go on from the offset that it returns").ToException();
    }

    /// <summary>Step 3: the bytes, in order.</summary>
    private async Task TakeBytesAsync(IUpload upload, AnnouncedUpdate update, OpenRun run, DiskLease lease, IUploadBody body, PaceGuard pace)
    {
        Func<CancellationToken, ValueTask<UploadPiece>> next = body.NextAsync;
        var progress = run.Progress.Of(update.ClientId);
        progress?.UploadBegins(update.ByteLength, upload.Length);
        while (true)
        {
            var piece = await pace.WaitAsync(next).ConfigureAwait(false);
            pace.Took(piece.Bytes.Length);
            if (piece.IsEnd)
            {
                return;
            }

            var room = update.ByteLength - upload.Length;
            if ((piece.Problem ?? (piece.Bytes.Length > room ? TooLong(room, upload.Length, piece.Bytes.Length) : null)) is { } problem)
            {
                throw Refuse(run, update, upload, problem);
            }

            foreach (var bytes in piece.Bytes)
            {
                upload.Append(bytes.Span);
            }

            lease.Written(piece.Bytes.Length);
            run.Meter.AddBytesIn(piece.Bytes.Length);
            progress?.Came(piece.Bytes.Length);
            if (upload.Mistake is { } mistake)
            {
                throw Refuse(run, update, upload, Problem.Invalid(mistake));
            }
        }
    }

    /// <summary>Steps 4 and 5.</summary>
    private async Task<Receipt> DeliverAsync(IUpload upload, AnnouncedUpdate update, OpenRun run, CancellationToken cancellationToken)
    {
        if (upload.Length != update.ByteLength)
        {
            // The stream ended early: what is there stays, for a resume.
            throw Problem.Invalid($"expected {update.ByteLength} bytes, the stream ended after {upload.Length}; call OpenUpdate and go on from the offset that it returns").ToException();
        }

        var parts = upload.Finish();
        if (UpdateGate.CheckWhole(run, update, parts) is { } problem)
        {
            throw Refuse(run, update, upload, problem);
        }

        if (await upload.SealAsync(cancellationToken).ConfigureAwait(false) is not { } place)
        {
            throw Problem.Of(Refusal.RoundClosed, run.Id, update.Round).ToException();
        }

        var sealedUpdate = Seal(update, parts[0].Norm, place);
        var happened = new RunEvent.UpdateSealed(update.ClientId, update.Round, update.Header.BaseVersion, RunStore.Accepted(sealedUpdate));
        var answer = UpdateGate.Conclude(update, await runs.AskAsync(run.Id, happened, sealedUpdate).ConfigureAwait(false));
        if (answer is { Problem: not null, KeepsBytes: false })
        {
            upload.Discard();
        }

        return ReceiptOrThrow(answer)!;
    }

    private SealedUpdate Seal(AnnouncedUpdate update, double norm, SegmentPlace place) => new(
        update.RunId,
        update.Round,
        update.ClientId,
        update.Digest,
        update.Header.NumExamples,
        update.Header.Steps,
        update.Header.Metrics.ToImmutableSortedDictionary(StringComparer.Ordinal),
        norm,
        update.ByteLength,
        place.FileName,
        time.GetUtcNow())
    {
        Offset = place.Offset,
    };

    private static Problem TooLong(long room, long at, long came) =>
        Problem.Invalid($"expected at most {room} bytes more at offset {at}, got {came}; the header says how long the update is");

    private static Receipt? ReceiptOrThrow(GateAnswer answer) => answer.Problem is { } problem ? throw problem.ToException() : answer.Receipt;

    private RpcException Refuse(OpenRun run, AnnouncedUpdate update, IUpload upload, Problem problem)
    {
        run.Metrics?.UpdateInvalid();
        runs.NoteRefusal(run, update.ClientId, update.Round, problem.Text);
        run.Notes.Refused(update.Round, update.ClientId, problem.Text);
        upload.Discard();
        return problem.ToException();
    }
}
