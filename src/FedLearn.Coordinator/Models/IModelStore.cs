using FedLearn.Coordinator.Rounds;
using FedLearn.Core.Aggregation;
using FedLearn.Core.Specs;

namespace FedLearn.Coordinator.Models;

/// <summary>Computes, keeps and gives out the vectors of runs.</summary>
internal interface IModelStore
{
    /// <summary>Makes version 0 durable: drawn from the spec's seed, or taken from a safetensors file.</summary>
    /// <exception cref="InvalidDataException">The file is not a model of this shape; the message says what was expected.</exception>
    StoredVersion Initialise(string runId, RunSpec spec, Stream? initial);

    /// <summary>Computes a round's aggregate and makes it durable; nobody sees it before its row.</summary>
    /// <exception cref="Storage.StoredDataException">An update or the base is damaged; the message names it.</exception>
    StoredVersion Aggregate(string runId, RunSpec spec, StoredVersion baseVersion, int round, IReadOnlyList<SealedUpdate> updates, CancellationToken cancellationToken);

    /// <summary>How far the clients of a round that is published pulled apart, or null where that would take too long.</summary>
    /// <exception cref="Storage.StoredDataException">An update is damaged.</exception>
    RoundDrift? MeasureDrift(RunSpec spec, int round, IReadOnlyList<SealedUpdate> updates, CancellationToken cancellationToken);

    /// <summary>Deletes what clients uploaded for a round that is over, and versions beyond those to be kept, but never <paramref name="best"/>.</summary>
    void DropUpdates(string runId, int round, int? best);

    /// <summary>Deletes what a crash may have left of rounds that are over: all but the open one, if any; and versions beyond those to be kept, but never <paramref name="best"/>.</summary>
    void DropUpdatesExcept(string runId, int? openRound, int? best);
}
