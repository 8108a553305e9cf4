using System.Text;
using FedLearn.Coordinator.Identity;
using FedLearn.Coordinator.Rounds;
using FedLearn.Coordinator.Storage;
using FedLearn.Core.Rounds;
using FedLearn.Protocol;
using FedLearn.Protocol.V1;

namespace FedLearn.Coordinator.Operations;

/// <summary>Runs and clients as operators see them: what is durable, with what only the running process knows.</summary>
internal sealed class RunViews(RunRegistry runs, RunCatalog catalog, ClientRegistry clients, WatchHub hub)
{
    /// <summary>All runs, oldest first.</summary>
    public IEnumerable<Run> All() => catalog.Runs().Select(WithLiveState);

    /// <summary>A run.</summary>
    /// <exception cref="Grpc.Core.RpcException">There is none of that id.</exception>
    public Run Find(string runId) => catalog.FindRun(runId) is { } run
        ? WithLiveState(run)
        : throw Problem.NotFound($"there is no run '{runId}'; `fedlearn run ls` lists them").ToException();

    /// <summary>The federation's clients.</summary>
    public IEnumerable<Client> Clients() => clients.All().Select(c => ToWire(c.Id, c.Software, c.JoinedUnixMs));

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

    /// <summary>Adds what only the run's loop knows.</summary>
    private Run WithLiveState(Run run)
    {
        if (run.Status == RunStatus.Open && runs.Find(run.RunId) is { } open)
        {
            var state = open.State;
            run.EligibleClients = state.Eligible.Count;
            run.EvaluatingClients = state.EvaluateOnly.Count;
            run.Paused = state.Paused is not null;
            run.Reason = state.Paused ?? Waiting(open);
            RunCatalog.SetBest(run, open.Spec.Stop, state.Best);
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
