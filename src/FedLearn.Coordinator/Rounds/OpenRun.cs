using System.Collections.Immutable;
using FedLearn.Coordinator.Operations.Telemetry;
using FedLearn.Core.Encodings;
using FedLearn.Core.Models;
using FedLearn.Core.Rounds;
using FedLearn.Core.Specs;
using FedLearn.Protocol.V1;

namespace FedLearn.Coordinator.Rounds;

/// <summary>An open run as the rest of the coordinator sees it: written by its writer alone, read by everybody.</summary>
/// <param name="stored">The run.</param>
/// <param name="newest">Its newest version.</param>
/// <param name="time">The clock.</param>
/// <param name="metrics">Its instruments; null = not measured.</param>
internal sealed class OpenRun(StoredRun stored, StoredVersion newest, TimeProvider time, RunMetrics? metrics = null)
{
    private volatile RunState _state = stored.State;
    private volatile StoredVersion _newest = newest;
    private volatile AcceptedUpdates _updates = new(stored.State.Round?.Number ?? 0, stored.Updates);
    private volatile RoundMeter _meter = new(metrics);
    private volatile RoundTrace _trace = RoundTrace.None;
    private volatile RoundProgress _progress = new(stored.State.Round?.Number ?? 0, stored.State.Round?.Cohort ?? [], time);

    public string Id { get; } = stored.Id;

    public RunSpec Spec => _state.Spec;

    public ModelManifest Manifest => Spec.Model.Manifest;

    /// <summary>The parts of its updates.</summary>
    public ImmutableArray<PartShape> Parts { get; } = PartShape.Of(stored.State.Spec);

    public RunAnnouncement Announcement { get; } = Assignments.Announce(stored.Id, stored.SpecJson, stored.State.Spec);

    public RunFeed Feed { get; } = new();

    public RunState State
    {
        get => _state;
        set => _state = value;
    }

    /// <summary>The newest published version.</summary>
    public StoredVersion Newest
    {
        get => _newest;
        set => _newest = value;
    }

    /// <summary>
    /// The accepted updates of the last opened round: their rows are durable, so they have receipts. An update is here before the state
    /// that follows from it.
    /// </summary>
    public AcceptedUpdates Updates
    {
        get => _updates;
        set => _updates = value;
    }

    /// <summary>The run's instruments; null where nothing is measured.</summary>
    public RunMetrics? Metrics { get; } = metrics;

    /// <summary>Counts of the open round.</summary>
    public RoundMeter Meter
    {
        get => _meter;
        set => _meter = value;
    }

    /// <summary>The trace of the open round.</summary>
    public RoundTrace Trace
    {
        get => _trace;
        set => _trace = value;
    }

    /// <summary>How far the clients of the last opened round are.</summary>
    public RoundProgress Progress
    {
        get => _progress;
        set => _progress = value;
    }

    /// <summary>What operators may see beside it.</summary>
    public RunNotes Notes { get; } = new(time);

    /// <summary>What the clients that accepted the run say of their training sets, to this process: they say it again on each connect.</summary>
    public ImmutableSortedDictionary<string, DataReport> Reports { get; private set; } =
        ImmutableSortedDictionary.Create<string, DataReport>(StringComparer.Ordinal);

    /// <summary>Counts the refusals that the log tells of.</summary>
    public RefusalCounts Refusals { get; } = new();

    /// <summary>The reasons of the clients that declined the run.</summary>
    public ImmutableSortedDictionary<string, string> Declined { get; set; } =
        ImmutableSortedDictionary.Create<string, string>(StringComparer.Ordinal);

    /// <summary>Notes what a client says of its training set now; null = nothing.</summary>
    public void TakeReport(string clientId, DataReport? report) =>
        Reports = report is null ? Reports.Remove(clientId) : Reports.SetItem(clientId, report);
}
