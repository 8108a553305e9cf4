using FedLearn.Coordinator.Models;
using FedLearn.Coordinator.Rounds;
using FedLearn.Core.Aggregation;
using FedLearn.Core.Specs;

namespace FedLearn.Coordinator.Tests.Rounds;

/// <summary>Aggregates nothing, at once.</summary>
internal sealed class InstantModels : IModelStore
{
    public StoredVersion Initialise(string runId, RunSpec spec, Stream? initial) => BusyStore.Initial;

    public StoredVersion Aggregate(
        string runId, RunSpec spec, StoredVersion baseVersion, int round, IReadOnlyList<SealedUpdate> updates, CancellationToken cancellationToken) =>
        baseVersion with { Number = baseVersion.Number + 1, Round = round };

    public RoundDrift? MeasureDrift(RunSpec spec, int round, IReadOnlyList<SealedUpdate> updates, CancellationToken cancellationToken) => null;

    public void DropUpdates(string runId, int round, int? best)
    {
    }

    public void DropUpdatesExcept(string runId, int? openRound, int? best)
    {
    }
}
