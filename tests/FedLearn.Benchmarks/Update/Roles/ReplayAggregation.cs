using System.Diagnostics;
using FedLearn.Coordinator;
using FedLearn.Coordinator.Models;
using FedLearn.Coordinator.Rounds;
using FedLearn.Core.Specs;
using Microsoft.Extensions.DependencyInjection;

namespace FedLearn.Benchmarks.Update.Roles;

/// <summary>Closes a round once more: the coordinator's own aggregation over the updates that it kept, into a run of its own.</summary>
internal static class ReplayAggregation
{
    /// <summary>The folder of runs that takes the result; no run has this id.</summary>
    private const string Scratch = "replay";

    /// <summary>Seconds that the aggregation of a round takes, from its updates to the durable version.</summary>
    public static double Run(CoordinatorHost host, string spec, string runId, int round, IEnumerable<string> clients)
    {
        var store = host.Services.GetRequiredService<IRunStore>();
        var updates = clients.Select(c => store.FindUpdate(runId, round, c) ?? throw new BenchmarkException($"no update of {c}")).ToList();
        var baseVersion = store.FindVersion(runId, round - 1)!;
        var start = Stopwatch.GetTimestamp();
        host.Services.GetRequiredService<IModelStore>().Aggregate(Scratch, RunSpecParser.Parse(spec).Spec!, baseVersion, round, updates, CancellationToken.None);
        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    }
}
