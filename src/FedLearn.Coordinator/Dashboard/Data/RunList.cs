using System.Collections.Concurrent;
using FedLearn.Coordinator.Operations;
using FedLearn.Coordinator.Rounds;
using FedLearn.Coordinator.Storage;
using FedLearn.Protocol.V1;

namespace FedLearn.Coordinator.Dashboard.Data;

/// <summary>All runs, newest first. One that is over is read once: to find its best version all its rounds are read.</summary>
internal sealed class RunList(RunViews views, RunCatalog catalog, RunRegistry registry)
{
    private readonly ConcurrentDictionary<string, Run> _over = new(StringComparer.Ordinal);

    public IReadOnlyList<Run> All() => [.. catalog.RunIds().Select(Find).Reverse()];

    /// <exception cref="Grpc.Core.RpcException">There is none of that id.</exception>
    public Run Find(string runId)
    {
        if (_over.TryGetValue(runId, out var over))
        {
            return over;
        }

        var run = views.Find(runId);
        return run.Status == RunStatus.Open ? run : _over[runId] = run;
    }

    /// <summary>What only this process knows of a run; null of one that ended before it started.</summary>
    public OpenRun? Live(string runId) => registry.Find(runId);
}
