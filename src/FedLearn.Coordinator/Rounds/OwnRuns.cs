using System.Collections.Concurrent;
using FedLearn.Coordinator.Storage;
using FedLearn.Core.Specs;
using FedLearn.Protocol;

namespace FedLearn.Coordinator.Rounds;

/// <summary>The runs that a participant sees: those whose <c>cohort.clients</c> names it. Any other answers it as one that does not exist.</summary>
internal sealed class OwnRuns(RunRegistry runs, RunCatalog catalog)
{
    private readonly ConcurrentDictionary<string, CohortSpec> _ended = new(StringComparer.Ordinal);

    /// <summary>To be asked first of every call that names a run.</summary>
    /// <exception cref="Grpc.Core.RpcException">NOT_FOUND: there is none, or none that it sees; it cannot tell which.</exception>
    public void Require(string runId, string clientId)
    {
        if (CohortOf(runId)?.Admits(clientId) != true)
        {
            throw Problem.NotFound($"there is no run '{runId}'").ToException();
        }
    }

    private CohortSpec? CohortOf(string runId) =>
        runs.Find(runId)?.Spec.Cohort ?? (_ended.TryGetValue(runId, out var known) ? known
        : catalog.SpecOf(runId) is { } spec ? _ended.GetOrAdd(runId, spec.Cohort)
        : null);
}
