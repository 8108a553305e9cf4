using System.Collections.Immutable;
using FedLearn.Coordinator.Rounds;
using FedLearn.Coordinator.Storage;
using FedLearn.Coordinator.Storage.Disks;
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
/// Nothing of steps 1 to 4 changes the round. A partial upload stays for resuming; a refused one is deleted.
/// </remarks>
internal sealed class UpdateIngest(RunRegistry runs, UploadFiles uploads, IRunStore store, CoordinatorLog log, TimeProvider time)
{
    /// <summary>The most bytes a chunk may carry.</summary>
    public const int MaxChunk = 1 << 20;

    /// <summary>Answers an announced update: its receipt where it is accepted already, otherwise where to go on.</summary>
    public OpenUpdateReply Open(string clientId, UpdateHeader header)
    {
        if (FindReceipt(clientId, header) is { } receipt)
        {
            return new OpenUpdateReply { Receipt = receipt };
        }

        var run = Admit(clientId, header);
        var key = KeyOf(run, clientId, header);
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
        if (FindReceipt(clientId, header) is { } known)
        {
            return known;
        }

        var run = Admit(clientId, header);
        var key = KeyOf(run, clientId, header);
        using var hold = await uploads.HoldAsync(key, cancellationToken).ConfigureAwait(false);
        if (FindReceipt(clientId, header) is { } acceptedMeanwhile)
        {
            return acceptedMeanwhile;
        }

        using var upload = OpenAt(key, offset);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, hold.Interrupted);
        await TakeChunksAsync(upload, header, run, stream, stop.Token).ConfigureAwait(false);
        return await DeliverAsync(upload, header, run, clientId).ConfigureAwait(false);
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

    /// <summary>The receipt of the same update, if it is accepted; refuses another one for the same round.</summary>
    private Receipt? FindReceipt(string clientId, UpdateHeader header)
    {
        if (store.FindUpdate(header.RunId, header.Round, clientId) is not { } accepted)
        {
            return null;
        }

        return accepted.Digest.AsSpan().SequenceEqual(HeaderValidator.DigestOf(header)) && accepted.NumExamples == header.NumExamples
            ? ToReceipt(accepted)
            : throw Problem.Of(Refusal.AnotherAccepted, header.RunId, header.Round).ToException();
    }

    private OpenRun Admit(string clientId, UpdateHeader header)
    {
        var run = runs.FindOpen(header.RunId);
        var problem = RunMachine.WhyNot(run.State, clientId, header.Round, header.BaseVersion) is { } refusal
            ? Refuse(run, refusal, header.Round)
            : HeaderValidator.Check(header, run);
        if (problem is null)
        {
            return run;
        }

        log.UploadRefused(run.Spec.Name, header.Round, clientId, problem.Text);
        throw problem.ToException();
    }

    private static Problem Refuse(OpenRun run, Refusal refusal, int round)
    {
        if (refusal == Refusal.RoundClosed)
        {
            run.Meter.AddLate();
        }
        else
        {
            run.Meter.AddRefused();
        }

        return Problem.Of(refusal, run.Id, round);
    }

    private static async Task TakeChunksAsync(
        Upload upload, UpdateHeader header, OpenRun run, IAsyncStreamReader<PushUpdateRequest> stream, CancellationToken cancellationToken)
    {
        var expected = header.Parts[0].ByteLength;
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

    private async Task<Receipt> DeliverAsync(Upload upload, UpdateHeader header, OpenRun run, string clientId)
    {
        if (upload.Length != header.Parts[0].ByteLength)
        {
            // The stream ended early: what is there stays, for a resume.
            throw Problem.Invalid($"expected {header.Parts[0].ByteLength} bytes, the stream ended after {upload.Length}; call OpenUpdate and go on from the offset that it returns").ToException();
        }

        CheckWhole(upload, upload.Finish(), header, run.Spec.Bounds.MaxNorm);
        if (!upload.TrySeal())
        {
            throw Problem.Of(Refusal.RoundClosed, run.Id, header.Round).ToException();
        }

        var update = new SealedUpdate(
            run.Id,
            header.Round,
            clientId,
            HeaderValidator.DigestOf(header),
            header.NumExamples,
            header.Steps,
            header.Metrics.ToImmutableSortedDictionary(StringComparer.Ordinal),
            upload.Norm,
            upload.Length,
            upload.FileName,
            time.GetUtcNow());
        var reply = await runs.AskAsync(run.Id, new RunEvent.UpdateSealed(clientId, header.Round, header.BaseVersion, RunStore.Accepted(update)), update).ConfigureAwait(false);
        switch (reply)
        {
            case RunReply.Accepted accepted:
                return ToReceipt(accepted.Update);
            case RunReply.Refused refused:
                throw Refuse(upload, Problem.Of(refused.Reason, run.Id, header.Round));
            case RunReply.Unavailable { Why: CommitOutcome.Full }:
                throw DiskErrors.Full.ToException();
            default:
                // The bytes stay: the same update, sent again, is written again and decided then.
                throw Problem.Unavailable("the coordinator could not make the update durable just now (the database is busy, or it is stopping); nothing was counted, send it again").ToException();
        }
    }

    private static void CheckWhole(Upload upload, byte[] digest, UpdateHeader header, double maxNorm)
    {
        if (!digest.AsSpan().SequenceEqual(header.Parts[0].Digest.Span))
        {
            throw Refuse(upload, Problem.Invalid($"the bytes' digest is {Convert.ToHexStringLower(digest)}, the header says {Convert.ToHexStringLower(header.Parts[0].Digest.Span)}; they were changed on the way, send the update again"));
        }

        if (maxNorm > 0 && upload.Norm > maxNorm)
        {
            throw Refuse(upload, Problem.Invalid($"the update's L2 norm is {upload.Norm:g6}, the run allows {maxNorm:g6} at most (bounds.maxNorm)"));
        }
    }

    private static RpcException Refuse(Upload upload, Problem problem)
    {
        upload.Discard();
        return problem.ToException();
    }

    private static UploadKey KeyOf(OpenRun run, string clientId, UpdateHeader header) =>
        new(run.Id, header.Round, clientId, Convert.ToHexStringLower(HeaderValidator.DigestOf(header)));

    internal static Receipt ToReceipt(SealedUpdate update) => new()
    {
        RunId = update.RunId,
        Round = update.Round,
        ClientId = update.ClientId,
        Digest = Google.Protobuf.ByteString.CopyFrom(update.Digest),
        NumExamples = update.NumExamples,
        AcceptedUnixMs = update.AcceptedAt.ToUnixTimeMilliseconds(),
    };
}
