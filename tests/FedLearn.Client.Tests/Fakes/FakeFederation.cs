using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Threading.Channels;
using FedLearn.Protocol.V1;
using Google.Protobuf;
using Grpc.Core;

namespace FedLearn.Client.Tests.Fakes;

/// <summary>The participants' service in memory. What clients did can be awaited; what they are told is set by the test.</summary>
internal sealed class FakeFederation : Federation.FederationBase
{
    private readonly FaultScript _faults;
    private readonly ConcurrentDictionary<string, string> _tokens = new();
    private readonly ConcurrentDictionary<ChannelWriter<WatchReply>, bool> _streams = new();

    public FakeFederation(FaultScript faults)
    {
        _faults = faults;
        Road = new FakeRoad(this);
        Models = new FakeModels(faults, Road);
        Uploads = new FakeUploads(faults, Road);
    }

    public FakeModels Models { get; }

    public FakeUploads Uploads { get; }

    public FakeRoad Road { get; }

    /// <summary>Signs as a coordinator does; null: it signs nothing.</summary>
    public FakeSigner? Signer
    {
        get => Uploads.Signer;
        set => Uploads.Signer = value;
    }

    /// <summary>The first versions that clients asked manifests from, in order.</summary>
    public ConcurrentQueue<int> ManifestRequests { get; } = new();

    /// <summary>The most manifests in a reply.</summary>
    public int ManifestsAtOnce { get; set; } = 2;

    /// <summary>What a client is told when it connects, before Synced.</summary>
    public List<WatchReply> State { get; } = [];

    public Channel<AnswerRunRequest> Answers { get; } = Channel.CreateUnbounded<AnswerRunRequest>();

    public Channel<HeartbeatRequest> Heartbeats { get; } = Channel.CreateUnbounded<HeartbeatRequest>();

    public Channel<ReportEvaluationRequest> Reports { get; } = Channel.CreateUnbounded<ReportEvaluationRequest>();

    /// <summary>One entry per opened Watch stream.</summary>
    public Channel<string> Watches { get; } = Channel.CreateUnbounded<string>();

    /// <summary>Completed when the answers to reports may go out; null lets all pass.</summary>
    public TaskCompletionSource? HoldReports { get; set; }

    public int HeartbeatSeconds { get; set; } = 3600;

    public int Joins { get; private set; }

    /// <summary>Tells every connected client, and later ones on their connect.</summary>
    public void Tell(WatchReply message)
    {
        lock (State)
        {
            State.Add(message);
            TellNow(message);
        }
    }

    /// <summary>Tells every connected client.</summary>
    public void TellNow(WatchReply message)
    {
        foreach (var stream in _streams.Keys)
        {
            stream.TryWrite(message);
        }
    }

    public void EndStreams()
    {
        foreach (var stream in _streams.Keys)
        {
            stream.TryComplete();
        }
    }

    public override Task<JoinReply> Join(JoinRequest request, ServerCallContext context)
    {
        _faults.ThrowIfScripted(nameof(Join));
        Joins++;
        var reply = new JoinReply { HeartbeatSeconds = HeartbeatSeconds, SigningKey = Signer?.PublicKey ?? ByteString.Empty };
        if (TokenOf(context) is not { } shown)
        {
            reply.Token = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32));
            return _tokens.TryAdd(request.ClientId, reply.Token)
                ? Task.FromResult(reply)
                : throw new RpcException(new Status(StatusCode.Unauthenticated, "the id is taken"));
        }

        return _tokens.GetValueOrDefault(request.ClientId) == shown
            ? Task.FromResult(reply)
            : throw new RpcException(new Status(StatusCode.Unauthenticated, "unknown token"));
    }

    public override async Task Watch(WatchRequest request, IServerStreamWriter<WatchReply> responseStream, ServerCallContext context)
    {
        var client = ClientOf(context);
        var outbox = Channel.CreateUnbounded<WatchReply>();
        lock (State)
        {
            State.ForEach(m => outbox.Writer.TryWrite(m));
            outbox.Writer.TryWrite(new WatchReply { Synced = new Synced() });
            _streams.TryAdd(outbox.Writer, true);
        }

        Watches.Writer.TryWrite(client);
        try
        {
            await foreach (var message in outbox.Reader.ReadAllAsync(context.CancellationToken))
            {
                await responseStream.WriteAsync(message);
            }
        }
        catch (OperationCanceledException)
        {
            // The client went away.
        }

        _streams.TryRemove(outbox.Writer, out _);
    }

    public override Task<AnswerRunReply> AnswerRun(AnswerRunRequest request, ServerCallContext context)
    {
        ClientOf(context);
        _faults.ThrowIfScripted(nameof(AnswerRun));
        Answers.Writer.TryWrite(request);
        return Task.FromResult(new AnswerRunReply());
    }

    public override Task GetModel(GetModelRequest request, IServerStreamWriter<GetModelReply> responseStream, ServerCallContext context)
    {
        var client = ClientOf(context);
        _faults.ThrowIfScripted(nameof(GetModel));
        return Models.SendAsync(client, request, responseStream);
    }

    public override Task<OpenUpdateReply> OpenUpdate(OpenUpdateRequest request, ServerCallContext context)
    {
        _faults.ThrowIfScripted(nameof(OpenUpdate));
        return Task.FromResult(Uploads.Open(ClientOf(context), request.Header));
    }

    public override async Task<PushUpdateReply> PushUpdate(IAsyncStreamReader<PushUpdateRequest> requestStream, ServerCallContext context)
    {
        var client = ClientOf(context);
        _faults.ThrowIfScripted(nameof(PushUpdate));
        return new PushUpdateReply { Receipt = await Uploads.PushAsync(client, requestStream, context) };
    }

    public override Task<HeartbeatReply> Heartbeat(HeartbeatRequest request, ServerCallContext context)
    {
        ClientOf(context);
        Heartbeats.Writer.TryWrite(request);
        return Task.FromResult(new HeartbeatReply());
    }

    /// <summary>What became of rounds; published where nothing is said.</summary>
    public ConcurrentDictionary<int, RoundStatus> Rounds { get; } = new();

    public override Task<GetRoundReply> GetRound(GetRoundRequest request, ServerCallContext context)
    {
        _faults.ThrowIfScripted(nameof(GetRound));
        var status = Rounds.GetValueOrDefault(request.Round, RoundStatus.Published);
        return Task.FromResult(new GetRoundReply { Status = status, Receipt = Uploads.ReceiptOf(ClientOf(context), request.RunId, request.Round) });
    }

    public override Task<GetManifestsReply> GetManifests(GetManifestsRequest request, ServerCallContext context)
    {
        ManifestRequests.Enqueue(request.FirstVersion);
        var reply = new GetManifestsReply();
        reply.Manifests.AddRange(Signer!.Manifests.Where(m => m.Key >= request.FirstVersion && m.Key <= request.LastVersion).OrderBy(m => m.Key).Take(ManifestsAtOnce).Select(m => m.Value));
        return Task.FromResult(reply);
    }

    public override async Task<ReportEvaluationReply> ReportEvaluation(ReportEvaluationRequest request, ServerCallContext context)
    {
        ClientOf(context);
        _faults.ThrowIfScripted(nameof(ReportEvaluation));
        Reports.Writer.TryWrite(request);
        await (HoldReports?.Task ?? Task.CompletedTask).WaitAsync(context.CancellationToken);
        return new ReportEvaluationReply();
    }

    public string ClientOf(string? token) =>
        _tokens.FirstOrDefault(t => t.Value == token).Key
            ?? throw new RpcException(new Status(StatusCode.Unauthenticated, "no valid token"));

    private string ClientOf(ServerCallContext context) => ClientOf(TokenOf(context));

    private static string? TokenOf(ServerCallContext context) => context.RequestHeaders.GetValue("authorization")?["Bearer ".Length..];
}
