using FedLearn.Coordinator.Ingest;
using FedLearn.Coordinator.Models;
using FedLearn.Coordinator.Storage;
using FedLearn.Protocol.V1;

namespace FedLearn.Coordinator.Rounds;

/// <summary>Answers what became of a round, for one participant, and what versions are made of.</summary>
internal sealed class RoundQuery(IRunStore store, RunCatalog catalog)
{
    /// <summary>The most manifests in a reply, of 16 KiB at most.</summary>
    private const int MostManifests = 256;

    /// <summary>The signed manifests of versions of a run, or null where there is no such run.</summary>
    public GetManifestsReply? Manifests(GetManifestsRequest request)
    {
        if (store.FindVersion(request.RunId, 0) is null)
        {
            return null;
        }

        var reply = new GetManifestsReply();
        reply.Manifests.AddRange(catalog.Manifests(request.RunId, request.FirstVersion, request.LastVersion, MostManifests).Select(m => Assignments.ToWire(m)));
        return reply;
    }

    public GetRoundReply? Find(string runId, int round, string clientId)
    {
        if (catalog.FindRound(runId, round) is not { } row)
        {
            return null;
        }

        var reply = new GetRoundReply { Status = row.Status, Reason = row.Reason };
        if (row.HasVersion && store.FindVersion(runId, row.Version) is { } version)
        {
            reply.Version = ModelFeed.ToWire(version);
        }

        if (store.FindUpdate(runId, round, clientId) is { } update)
        {
            reply.Receipt = AnnouncedUpdate.ToReceipt(update);
        }

        return reply;
    }
}
