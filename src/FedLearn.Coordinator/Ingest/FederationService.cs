using System.Collections.Immutable;
using FedLearn.Coordinator.Identity;
using FedLearn.Coordinator.Ingest.Frames;
using FedLearn.Coordinator.Ingest.Roads;
using FedLearn.Coordinator.Models;
using FedLearn.Coordinator.Operations;
using FedLearn.Coordinator.Provenance;
using FedLearn.Coordinator.Rounds;
using FedLearn.Core.Rounds;
using FedLearn.Protocol;
using FedLearn.Protocol.V1;
using Google.Protobuf;
using Grpc.Core;

namespace FedLearn.Coordinator.Ingest;

/// <summary>The participants' calls: thin, each one passed on to who does it.</summary>
[BindServiceMethod(typeof(FederationBinding), nameof(FederationBinding.BindControl))]
internal sealed class FederationService(
    ClientRegistry clients,
    Callers callers,
    WatchHub hub,
    RunRegistry runs,
    OwnRuns own,
    UpdateIngest ingest,
    VectorFeed vectors,
    RoadOffer roads,
    RoundQuery rounds,
    ReceiptProver receipts,
    DrainState drain,
    CoordinatorOptions options,
    SigningKey signing,
    CoordinatorLog log) : Federation.FederationBase
{
    /// <summary>The protocol version that this coordinator speaks.</summary>
    public const int ProtocolVersion = 1;

    private const int MaxReason = 500;
    private const int MaxSoftware = 100;

    public override Task<JoinReply> Join(JoinRequest request, ServerCallContext context)
    {
        var certified = callers.ByCertificate ? Caller.Participant(context) : null;
        CheckJoin(request, certified);
        var reply = new JoinReply { HeartbeatSeconds = options.HeartbeatSeconds, SigningKey = UnsafeByteOperations.UnsafeWrap(signing.PublicKey) };
        if (certified is not null)
        {
            if (clients.Remember(certified, request.Software))
            {
                log.ClientJoined(certified, request.Software);
            }

            return Task.FromResult(reply);
        }

        if (IdentityInterceptor.TokenOf(context) is { } token)
        {
            if (clients.Find(token) is not { } known || known != request.ClientId)
            {
                throw Problem.Unauthenticated($"the token that was sent is not that of client '{request.ClientId}'; use the one that its first Join returned, or join under another id").ToException();
            }

            return Task.FromResult(reply);
        }

        reply.Token = clients.Register(request.ClientId, request.Software)
            ?? throw Problem.Unauthenticated($"client id '{request.ClientId}' is taken and no token was sent; send the token that its first Join returned, or join under another id").ToException();
        log.ClientJoined(request.ClientId, request.Software);
        return Task.FromResult(reply);
    }

    public override async Task Watch(WatchRequest request, IServerStreamWriter<WatchReply> responseStream, ServerCallContext context)
    {
        var id = Caller.Participant(context);
        ThrowIfDraining();
        var session = hub.Open(id);
        log.ClientOnline(id);
        using var end = Caller.Of(context).WhenEnded(session.End);
        try
        {
            await runs.AttachAsync(session);
            session.Send(new WatchReply { Synced = new Synced() });
            await foreach (var message in session.Outbox.ReadAllAsync(context.CancellationToken))
            {
                await responseStream.WriteAsync(message, context.CancellationToken);
            }

            Caller.Of(context).ThrowIfEnded();
        }
        catch (Exception e) when (e is OperationCanceledException or IOException or InvalidOperationException && context.CancellationToken.IsCancellationRequested)
        {
            // The client went away; it comes back by itself.
        }
        finally
        {
            if (hub.Close(session))
            {
                runs.Gone(id);
                log.ClientOffline(id);
            }
        }
    }

    public override async Task<AnswerRunReply> AnswerRun(AnswerRunRequest request, ServerCallContext context)
    {
        var id = Caller.Participant(context);
        if (request.DeclineReason.Length > MaxReason)
        {
            throw Problem.Invalid($"decline_reason: expected at most {MaxReason} characters, got {request.DeclineReason.Length}").ToException();
        }

        var run = runs.FindOpen(Own(request.RunId, context));
        if (request.Round == 0)
        {
            var (data, problem) = DataReports.Read(request, run.Spec.Bounds.MaxExamples);
            if (problem is not null)
            {
                throw problem.ToException();
            }

            var declined = request.DeclineReason.Length > 0;
            var trains = !declined && !request.EvaluateOnly;
            runs.Answer(request.RunId, new RunMessage.Answer(id, declined ? request.DeclineReason : null, trains ? request.NumExamples : 0)
            {
                EvaluateOnly = request.EvaluateOnly,
                Data = trains ? data : null,
            });
            return new AnswerRunReply();
        }

        if (request.DeclineReason.Length == 0 || request.Stage == Stage.Unspecified)
        {
            throw Problem.Invalid("an answer for a round gives it up: expected decline_reason and stage").ToException();
        }

        log.StageDeclined(run.Spec.Name, request.Round, id, request.DeclineReason);
        var stage = request.Stage == Stage.Fit ? RunPhase.Fitting : RunPhase.Evaluating;
        await runs.AskAsync(request.RunId, new RunEvent.StageDeclined(id, request.Round, stage));
        return new AnswerRunReply();
    }

    /// <summary>GetModel, with chunks that are written without copies; bound by <see cref="FederationBinding"/>.</summary>
    public Task GetModel(GetModelRequest request, IServerStreamWriter<ModelFrame> responseStream, ServerCallContext context)
    {
        Own(request.RunId, context);
        var http = context.GetHttpContext();
        return vectors.SendAsync(Caller.Participant(context), request, version => roads.ToModel(http, version, request.State), responseStream, context.CancellationToken);
    }

    public override async Task<OpenUpdateReply> OpenUpdate(OpenUpdateRequest request, ServerCallContext context)
    {
        ThrowIfDraining();
        var (receipt, upload, offset) = ingest.Open(Caller.Participant(context), request.Header ?? new UpdateHeader());
        if (upload is null)
        {
            return new OpenUpdateReply { Receipt = receipt };
        }

        var road = roads.ToUpload(context.GetHttpContext(), upload);
        var length = upload.Update.ByteLength;
        await ingest.ReserveAsync(upload, road is null ? FrameBody.MemoryFor(length) : PipeBody.MemoryFor(length), context.CancellationToken);
        return new OpenUpdateReply { Upload = new Upload { UploadId = upload.Id, Offset = offset, Road = road } };
    }

    /// <summary>PushUpdate, with chunks that are read without copies; bound by <see cref="FederationBinding"/>.</summary>
    public async Task<PushUpdateReply> PushUpdate(IAsyncStreamReader<UpdateFrame> requestStream, ServerCallContext context)
    {
        ThrowIfDraining();
        using var counted = drain.Enter();
        RequestPace.LeaveToIngest(context.GetHttpContext());
        return new PushUpdateReply { Receipt = await ingest.PushAsync(Caller.Participant(context), requestStream, context.CancellationToken) };
    }

    public override Task<HeartbeatReply> Heartbeat(HeartbeatRequest request, ServerCallContext context)
    {
        hub.Touch(Caller.Participant(context));
        return Task.FromResult(new HeartbeatReply());
    }

    public override Task<GetRoundReply> GetRound(GetRoundRequest request, ServerCallContext context) =>
        Task.FromResult(rounds.Find(Own(request.RunId, context), request.Round, Caller.Participant(context))
            ?? throw Problem.NotFound($"run '{request.RunId}' has no round {request.Round}").ToException());

    public override Task<GetManifestsReply> GetManifests(GetManifestsRequest request, ServerCallContext context)
    {
        Own(request.RunId, context);
        return Task.FromResult(rounds.Manifests(request) ?? throw Problem.NotFound($"there is no run '{request.RunId}'").ToException());
    }

    public override Task<GetReceiptProofReply> GetReceiptProof(GetReceiptProofRequest request, ServerCallContext context) =>
        Task.FromResult(receipts.Prove(Caller.Participant(context), request));

    public override async Task<ReportEvaluationReply> ReportEvaluation(ReportEvaluationRequest request, ServerCallContext context)
    {
        var id = Caller.Participant(context);
        var run = runs.FindOpen(Own(request.RunId, context));
        if (HeaderValidator.CheckMetrics(request.Metrics) is { } problem)
        {
            throw problem.ToException();
        }

        if (request.NumExamples < 1 || request.NumExamples > run.Spec.Bounds.MaxExamples)
        {
            throw Problem.Invalid($"num_examples: expected 1 to {run.Spec.Bounds.MaxExamples}, got {request.NumExamples}").ToException();
        }

        var result = new EvaluationResultOf(request.NumExamples, request.Metrics.ToImmutableSortedDictionary(StringComparer.Ordinal));
        return await runs.AskAsync(request.RunId, new RunEvent.EvaluationReported(id, request.Round, result)) switch
        {
            RunReply.Done => new ReportEvaluationReply(),
            RunReply.Unavailable => throw Problem.Unavailable("the report could not be made durable just now; send it again").ToException(),
            _ => throw Problem.FailedPrecondition($"round {request.Round} of run {request.RunId} does not wait for a report of this client").ToException(),
        };
    }

    private static void CheckJoin(JoinRequest request, string? certified)
    {
        if (certified is not null && request.ClientId.Length > 0 && request.ClientId != certified)
        {
            throw Problem.PermissionDenied($"client_id: the certificate is that of '{certified}', and not of '{request.ClientId}'; leave the field empty, or use the other's certificate").ToException();
        }

        if (certified is null && !ClientRegistry.IsClientId(request.ClientId))
        {
            throw Problem.Invalid($"client_id: expected 1 to 63 of a-z, 0-9 and '-', got '{request.ClientId}'").ToException();
        }

        if (request.ProtocolVersion != ProtocolVersion)
        {
            throw Problem.FailedPrecondition($"protocol_version: this coordinator speaks {ProtocolVersion}, the client {request.ProtocolVersion}; use a client of the same major version").ToException();
        }

        if (request.Software.Length > MaxSoftware)
        {
            throw Problem.Invalid($"software: expected at most {MaxSoftware} characters, got {request.Software.Length}").ToException();
        }
    }

    /// <summary>The run's id, where the caller sees it.</summary>
    private string Own(string runId, ServerCallContext context)
    {
        own.Require(runId, Caller.Participant(context));
        return runId;
    }

    private void ThrowIfDraining()
    {
        if (drain.IsDraining)
        {
            throw Problem.Unavailable("the coordinator is stopping; reconnect in a few seconds").ToException();
        }
    }
}
