using FedLearn.Coordinator.Identity;
using FedLearn.Coordinator.Models;
using FedLearn.Coordinator.Rounds;
using FedLearn.Coordinator.Storage;
using FedLearn.Core.Specs;
using FedLearn.Protocol;
using FedLearn.Protocol.V1;
using Grpc.Core;

namespace FedLearn.Coordinator.Operations;

/// <summary>The operators' calls.</summary>
internal sealed class RunsService(
    RunRegistry runs, RunCatalog catalog, RunViews views, RunActions actions, ModelFeed models, DataFolder folder, DrainState drain) : Runs.RunsBase
{
    public override async Task<CreateRunReply> CreateRun(IAsyncStreamReader<CreateRunRequest> requestStream, ServerCallContext context)
    {
        actions.ThrowIfDraining();
        if (!await requestStream.MoveNext(context.CancellationToken) || requestStream.Current.ContentCase != CreateRunRequest.ContentOneofCase.SpecJson)
        {
            throw Problem.Invalid("expected spec_json as the first message").ToException();
        }

        var json = requestStream.Current.SpecJson;
        var parsed = RunSpecParser.Parse(json);
        if (parsed.Spec is not { } spec)
        {
            throw Problem.Invalid(parsed.MistakesText).ToException();
        }

        using var initial = await InitialUpload.ReceiveAsync(requestStream, folder, spec.Model.Manifest.ByteLength, context.CancellationToken);
        return new CreateRunReply { Run = actions.Create(spec, json, initial, Caller.Of(context).OperatorName) };
    }

    public override Task<ListRunsReply> ListRuns(ListRunsRequest request, ServerCallContext context)
    {
        var reply = new ListRunsReply();
        reply.Runs.AddRange(views.All());
        return Task.FromResult(reply);
    }

    public override Task<GetRunReply> GetRun(GetRunRequest request, ServerCallContext context)
    {
        var reply = new GetRunReply { Run = views.Find(request.RunId) };
        reply.Rounds.AddRange(catalog.Rounds(request.RunId, from: 1));
        return Task.FromResult(reply);
    }

    public override async Task WatchRun(WatchRunRequest request, IServerStreamWriter<WatchRunReply> responseStream, ServerCallContext context)
    {
        var first = 1;
        var feed = runs.Find(request.RunId)?.Feed;
        var last = new Run();
        while (true)
        {
            // Taken before reading: a change during the read wakes the next turn.
            var closed = feed is null || feed.IsClosed;
            var change = feed?.NextChange();
            foreach (var round in catalog.Rounds(request.RunId, first))
            {
                await responseStream.WriteAsync(new WatchRunReply { Round = round }, context.CancellationToken);
                first = round.Status is RoundStatus.Published or RoundStatus.Void ? round.Number + 1 : round.Number;
            }

            var run = views.Find(request.RunId);
            if (!run.Equals(last))
            {
                await responseStream.WriteAsync(new WatchRunReply { Run = run }, context.CancellationToken);
                last = run;
            }

            if (closed || drain.IsDraining)
            {
                return;
            }

            await change!.WaitAsync(context.CancellationToken);
        }
    }

    public override async Task<PauseRunReply> PauseRun(PauseRunRequest request, ServerCallContext context) =>
        new() { Run = await actions.PauseAsync(request.RunId, request.Reason, Caller.Of(context).OperatorName) };

    public override async Task<ResumeRunReply> ResumeRun(ResumeRunRequest request, ServerCallContext context) =>
        new() { Run = await actions.ResumeAsync(request.RunId, Caller.Of(context).OperatorName) };

    public override async Task<StopRunReply> StopRun(StopRunRequest request, ServerCallContext context) =>
        new() { Run = await actions.StopAsync(request.RunId, request.Reason, Caller.Of(context).OperatorName) };

    public override Task DownloadModel(DownloadModelRequest request, IServerStreamWriter<DownloadModelReply> responseStream, ServerCallContext context) =>
        models.SendFileAsync(request, responseStream, context.CancellationToken);

    public override Task<ListClientsReply> ListClients(ListClientsRequest request, ServerCallContext context)
    {
        var reply = new ListClientsReply();
        reply.Clients.AddRange(views.Clients());
        return Task.FromResult(reply);
    }
}
