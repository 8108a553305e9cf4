using FedLearn.Coordinator.Ingest;
using FedLearn.Coordinator.Models;
using FedLearn.Coordinator.Storage;
using FedLearn.Protocol.V1;

namespace FedLearn.Coordinator.Rounds;

/// <summary>Answers what became of a round, for one participant.</summary>
internal sealed class RoundQuery(IRunStore store, RunCatalog catalog)
{
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
