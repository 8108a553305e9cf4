using System.Text;
using FedLearn.Coordinator.Identity;
using FedLearn.Coordinator.Models;
using FedLearn.Coordinator.Rounds;
using FedLearn.Coordinator.Storage;
using FedLearn.Core.Rounds;
using FedLearn.Core.Specs;
using FedLearn.Protocol;
using FedLearn.Protocol.V1;
using Grpc.Core;

namespace FedLearn.Coordinator.Operations;

/// <summary>The operators' calls.</summary>
internal sealed class RunsService(
    RunRegistry runs, RunCatalog catalog, ModelFeed models, ClientRegistry clients, WatchHub hub, DataFolder folder, DrainState drain) : Runs.RunsBase
{
    private const int MaxReason = 500;

    public override async Task<CreateRunReply> CreateRun(IAsyncStreamReader<CreateRunRequest> requestStream, ServerCallContext context)
    {
        if (drain.IsDraining)
        {
            throw Problem.Unavailable("the coordinator is stopping; try again in a few seconds").ToException();
        }

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
        var (run, problem) = runs.Create(spec, json, initial);
        return run is null ? throw problem!.ToException() : new CreateRunReply { Run = Find(run.Id) };
    }

    public override Task<ListRunsReply> ListRuns(ListRunsRequest request, ServerCallContext context)
    {
        var reply = new ListRunsReply();
        reply.Runs.AddRange(catalog.Runs().Select(WithLiveState));
        return Task.FromResult(reply);
    }

    public override Task<GetRunReply> GetRun(GetRunRequest request, ServerCallContext context)
    {
        var reply = new GetRunReply { Run = Find(request.RunId) };
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

            var run = Find(request.RunId);
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

    public override async Task<StopRunReply> StopRun(StopRunRequest request, ServerCallContext context)
    {
        if (request.Reason.Length > MaxReason)
        {
            throw Problem.Invalid($"reason: expected at most {MaxReason} characters, got {request.Reason.Length}").ToException();
        }

        var run = Find(request.RunId);
        if (run.Status == RunStatus.Open)
        {
            var reason = request.Reason.Length == 0 ? "stopped by an operator" : $"stopped by an operator: {request.Reason}";
            if (await runs.AskAsync(request.RunId, new RunEvent.StopRequested(reason)) is RunReply.Unavailable)
            {
                throw Problem.Unavailable("the stop could not be made durable just now; try again").ToException();
            }
        }

        return new StopRunReply { Run = Find(request.RunId) };
    }

    public override Task DownloadModel(DownloadModelRequest request, IServerStreamWriter<DownloadModelReply> responseStream, ServerCallContext context) =>
        models.SendFileAsync(request, responseStream, context.CancellationToken);

    public override Task<ListClientsReply> ListClients(ListClientsRequest request, ServerCallContext context)
    {
        var reply = new ListClientsReply();
        reply.Clients.AddRange(clients.All().Select(c => ToWire(c.Id, c.Software, c.JoinedUnixMs)));
        return Task.FromResult(reply);
    }

    private Client ToWire(string id, string software, long joined)
    {
        var client = new Client
        {
            ClientId = id,
            Software = software,
            Online = hub.IsOnline(id),
            JoinedUnixMs = joined,
            LastSeenUnixMs = hub.LastSeen(id)?.ToUnixTimeMilliseconds() ?? 0,
        };
        client.Declined.AddRange(runs.All
            .Where(r => r.Declined.ContainsKey(id))
            .Select(r => new DeclinedRun { RunId = r.Id, Reason = r.Declined[id] }));
        return client;
    }

    private Run Find(string runId) => catalog.FindRun(runId) is { } run
        ? WithLiveState(run)
        : throw Problem.NotFound($"there is no run '{runId}'; `fedlearn run ls` lists them").ToException();

    /// <summary>Adds what only the run's loop knows.</summary>
    private Run WithLiveState(Run run)
    {
        if (run.Status == RunStatus.Open && runs.Find(run.RunId) is { } open)
        {
            run.EligibleClients = open.State.Eligible.Count;
            run.EvaluatingClients = open.State.EvaluateOnly.Count;
            run.Reason = Waiting(open);
            RunCatalog.SetBest(run, open.Spec.Stop, open.State.Best);
            run.Skew = ToWire(FederationSkew.Of(open.Reports.Values));
        }

        return run;
    }

    private static DataSkew? ToWire(FederationSkew? skew)
    {
        if (skew is null)
        {
            return null;
        }

        var wire = new DataSkew
        {
            Clients = skew.Clients,
            Examples = skew.Examples,
            LargestOverMedian = skew.LargestOverMedian,
            Gini = skew.Gini,
            LabelClients = skew.LabelClients,
        };
        if (skew.LabelDistance is { } distance)
        {
            wire.LabelDistance = distance;
        }

        return wire;
    }

    private static string Waiting(OpenRun open)
    {
        var needed = Selection.Needed(open.Spec);
        if (open.State.Phase != RunPhase.Waiting || open.State.Eligible.Count >= needed)
        {
            return "";
        }

        var text = new StringBuilder($"waits for {needed} clients; {open.State.Eligible.Count} are online and accept the run");
        foreach (var (client, reason) in open.Declined)
        {
            text.Append($"; declined by {client}: {reason}");
        }

        return text.ToString();
    }
}
