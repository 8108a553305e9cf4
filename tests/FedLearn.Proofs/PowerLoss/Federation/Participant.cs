using FedLearn.Core.Proofs;
using FedLearn.Protocol.V1;
using Google.Protobuf;
using Grpc.Core;

namespace FedLearn.Proofs.PowerLoss.Federation;

/// <summary>
/// A client that speaks the protocol by hand: joins, watches, and does what it is asked for. It remembers what it was promised and nothing
/// else, as after a power cut of its own.
/// </summary>
/// <param name="id">Its id.</param>
/// <param name="machine">Whom it calls.</param>
/// <param name="ledger">What it was promised.</param>
/// <param name="turn">One call at a time in the whole federation, so that a promise is noted before anything else happens.</param>
/// <param name="refused">Called for each refusal that says "try again".</param>
internal sealed class Participant(string id, Machine machine, Ledger ledger, SemaphoreSlim turn, Action<RpcException> refused)
{
    private readonly Protocol.V1.Federation.FederationClient _calls = new(machine.Channel);
    private readonly Dictionary<string, RunAnnouncement> _runs = [];
    private Metadata _headers = [];

    /// <summary>Takes part until it is told to stop.</summary>
    public async Task TakePartAsync(CancellationToken stop)
    {
        await JoinAsync().ConfigureAwait(false);
        await RepeatReceiptsAsync().ConfigureAwait(false);
        await Calls.AgainAsync(() => WatchAsync(stop), refused).ConfigureAwait(false);
        throw new ProcessEndedException("the Watch stream ended");
    }

    /// <summary>Does what it is asked for until the stream ends. A new one brings the full state: whatever is asked for again is repeated.</summary>
    private async Task<int> WatchAsync(CancellationToken stop)
    {
        using var watch = _calls.Watch(new WatchRequest(), _headers, cancellationToken: stop);
        var handled = 0;
        for (; await watch.ResponseStream.MoveNext(stop).ConfigureAwait(false); handled++)
        {
            await HandleAsync(watch.ResponseStream.Current).ConfigureAwait(false);
        }

        return handled;
    }

    private async Task JoinAsync()
    {
        var token = ledger.TokenOf(id);
        var request = new JoinRequest { ClientId = id, ProtocolVersion = 1, Software = "power proof" };
        var reply = await CallAsync(
            async () => await _calls.JoinAsync(request, token is null ? null : Calls.Bearer(token)),
            joined => token is null ? new Promise.Registered(id, joined.Token) : null).ConfigureAwait(false);
        _headers = Calls.Bearer(token ?? reply.Token);

        // The first call with a token writes that it is used; a full disk refuses that one too, and it is made again.
        await CallAsync(async () => await _calls.HeartbeatAsync(new HeartbeatRequest(), _headers)).ConfigureAwait(false);
    }

    /// <summary>An update that was accepted is accepted, however often it comes: with the very same receipt.</summary>
    private async Task RepeatReceiptsAsync()
    {
        foreach (var accepted in ledger.All.OfType<Promise.Accepted>().Where(a => a.Receipt.ClientId == id))
        {
            var reply = await CallAsync(async () => await _calls.OpenUpdateAsync(new OpenUpdateRequest { Header = accepted.Header }, _headers)).ConfigureAwait(false);
            if (!accepted.Receipt.Equals(reply.Receipt))
            {
                throw new BrokenPromiseException($"{id} has the receipt {accepted.Receipt}, but the same update sent again gets {reply}");
            }
        }
    }

    private Task HandleAsync(WatchReply message) => message.EventCase switch
    {
        WatchReply.EventOneofCase.Run => AcceptAsync(message.Run),
        WatchReply.EventOneofCase.Fit => FitAsync(message.Fit),
        WatchReply.EventOneofCase.Evaluate => EvaluateAsync(message.Evaluate),
        _ => Task.CompletedTask,
    };

    private async Task AcceptAsync(RunAnnouncement run)
    {
        _runs[run.RunId] = run;
        await CallAsync(async () => await _calls.AnswerRunAsync(new AnswerRunRequest { RunId = run.RunId }, _headers)).ConfigureAwait(false);
    }

    private async Task FitAsync(FitAssignment fit)
    {
        ledger.Add(new Promise.Published(fit.RunId, fit.BaseVersion, Convert.ToHexStringLower(fit.BaseDigest.Span)));
        var run = _runs[fit.RunId];
        await CheckModelAsync(fit.RunId, fit.BaseVersion, fit.BaseDigest).ConfigureAwait(false);
        await CheckControlAsync(fit, run.Name).ConfigureAwait(false);
        var parts = Script.Parts(id, run.Name, fit.BaseVersion);
        var header = Header(fit, run, parts);
        for (var attempt = 1; attempt <= 2; attempt++)
        {
            try
            {
                await CallAsync(() => SendAsync(header, [.. parts.SelectMany(p => p.Bytes)]), receipt => new Promise.Accepted(header, receipt)).ConfigureAwait(false);
                return;
            }
            catch (RpcException e) when (e.StatusCode == StatusCode.FailedPrecondition)
            {
                // A torn upload goes on from an earlier offset, which the second try is told; or the round is void, and the next one asks again.
                refused(e);
            }
        }
    }

    private async Task<Receipt> SendAsync(UpdateHeader header, byte[] bytes)
    {
        var first = new PushUpdateRequest { Header = header };
        var offset = 0L;
        if (bytes.Length >= Script.LargeElements * sizeof(float))
        {
            var open = await _calls.OpenUpdateAsync(new OpenUpdateRequest { Header = header }, _headers);
            if (open.Receipt is { } receipt)
            {
                return receipt;
            }

            offset = open.Upload.Offset;
            first = new PushUpdateRequest { Resume = open.Upload };
        }

        return await Push.SendAsync(_calls, _headers, first, bytes, offset).ConfigureAwait(false);
    }

    private async Task EvaluateAsync(EvaluateAssignment evaluate)
    {
        ledger.Add(new Promise.Published(evaluate.RunId, evaluate.Version, Convert.ToHexStringLower(evaluate.Digest.Span)));
        var report = new ReportEvaluationRequest
        {
            RunId = evaluate.RunId,
            Round = evaluate.Round,
            Version = evaluate.Version,
            NumExamples = Script.Examples(id),
            Metrics = { ["loss"] = 1.0 / (evaluate.Version + 1) },
        };
        await CallAsync(
            async () => await _calls.ReportEvaluationAsync(report, _headers),
            _ => new Promise.Reported(evaluate.RunId, evaluate.Round, id)).ConfigureAwait(false);
    }

    private async Task CheckModelAsync(string runId, int version, ByteString digest)
    {
        var vector = await CallAsync(() => Push.DownloadAsync(_calls, _headers, new GetModelRequest { RunId = runId, Version = version })).ConfigureAwait(false);
        if (!BlockDigest.Of(vector).AsSpan().SequenceEqual(digest.Span))
        {
            throw new BrokenPromiseException($"{id} was asked to train version {version} of {runId}, whose bytes do not have the digest that was named");
        }
    }

    /// <summary>The control of the base version is what its rounds' updates add up to: none of them is lost or counted twice there either.</summary>
    private async Task CheckControlAsync(FitAssignment fit, string run)
    {
        var expected = Script.BytesOf(Script.Control(run, fit.BaseVersion));
        var named = fit.BaseState.SingleOrDefault(s => s.Name == "c");
        var bytes = named is null
            ? new byte[expected.Length]
            : await CallAsync(() => Push.DownloadAsync(_calls, _headers, new GetModelRequest { RunId = fit.RunId, Version = fit.BaseVersion, State = named.Name })).ConfigureAwait(false);
        if (!bytes.AsSpan().SequenceEqual(expected) || named?.Digest.Span.SequenceEqual(BlockDigest.Of(bytes)) == false)
        {
            throw new BrokenPromiseException($"{id} was asked to train version {fit.BaseVersion} of {fit.RunId}, whose control is not what its updates add up to");
        }
    }

    private UpdateHeader Header(FitAssignment fit, RunAnnouncement run, IEnumerable<(string Name, byte[] Bytes)> parts) => new()
    {
        RunId = fit.RunId,
        Round = fit.Round,
        BaseVersion = fit.BaseVersion,
        BaseDigest = fit.BaseDigest,
        ManifestHash = run.Manifest.Hash,
        NumExamples = Script.Examples(id),
        Steps = 1,
        Metrics = { ["loss"] = 0.5 },
        Parts =
        {
            parts.Select(part => new UpdatePart
            {
                Name = part.Name,
                Encoding = Protocol.V1.Encoding.F32,
                ByteLength = part.Bytes.Length,
                Digest = ByteString.CopyFrom(BlockDigest.Of(part.Bytes)),
            }),
        },
    };

    private async Task<T> CallAsync<T>(Func<Task<T>> call, Func<T, Promise?>? promise = null)
    {
        await turn.WaitAsync().ConfigureAwait(false);
        try
        {
            var reply = await Calls.AgainAsync(call, refused).ConfigureAwait(false);
            if (promise?.Invoke(reply) is { } made)
            {
                ledger.Add(made);
            }

            return reply;
        }
        finally
        {
            turn.Release();
        }
    }
}

/// <summary>Something that was acknowledged does not hold.</summary>
internal sealed class BrokenPromiseException(string message) : Exception(message);
