using System.Collections.Immutable;
using FedLearn.Core.Aggregation;

namespace FedLearn.Coordinator.Rounds;

/// <summary>A refusal, as its client heard it.</summary>
internal sealed record RefusedUpdate(DateTimeOffset At, int Round, string ClientId, string Reason);

/// <summary>How far the updates of a round pulled apart.</summary>
internal sealed record DriftNote(int Round, RoundDrift Drift, ImmutableSortedDictionary<string, ClientDrift> Clients);

/// <summary>
/// What operators may see of a run beside its rows: of this process alone, and bounded: the newest refusals, the newest drift, and what the
/// transfers of the newest rounds took. Thread safe.
/// </summary>
internal sealed class RunNotes(TimeProvider time)
{
    /// <summary>The most refusals that are kept.</summary>
    public const int MostRefusals = 100;

    /// <summary>The most rounds whose transfers are kept.</summary>
    public const int MostRounds = 1000;

    private const int MostClients = 10_000;
    private const int MaxReason = 300;

    private readonly Lock _gate = new();
    private readonly Queue<RefusedUpdate> _refused = new();
    private readonly SortedDictionary<int, double> _transfers = [];
    private readonly Dictionary<string, int> _fetched = new(StringComparer.Ordinal);
    private volatile DriftNote? _drift;

    /// <summary>The drift of the newest round that was measured.</summary>
    public DriftNote? Drift
    {
        get => _drift;
        set => _drift = value;
    }

    public void Refused(int round, string clientId, string reason)
    {
        lock (_gate)
        {
            _refused.Enqueue(new(time.GetUtcNow(), round, clientId, reason.Length > MaxReason ? reason[..MaxReason] : reason));
            if (_refused.Count > MostRefusals)
            {
                _refused.Dequeue();
            }
        }
    }

    /// <summary>The refusals, newest first.</summary>
    public IReadOnlyList<RefusedUpdate> Refusals()
    {
        lock (_gate)
        {
            return [.. _refused.Reverse()];
        }
    }

    /// <summary>A client has fetched a version to its end: it needs no download where a round trains from it.</summary>
    public void Fetched(string clientId, int version)
    {
        lock (_gate)
        {
            if (_fetched.Count < MostClients || _fetched.ContainsKey(clientId))
            {
                _fetched[clientId] = version;
            }
        }
    }

    /// <summary>Whether the version is the one that the client fetched last.</summary>
    public bool Has(string clientId, int version)
    {
        lock (_gate)
        {
            return _fetched.TryGetValue(clientId, out var last) && last == version;
        }
    }

    /// <summary>Notes the mean seconds that a round's clients needed to fetch the model and to deliver.</summary>
    public void Transferred(int round, double seconds)
    {
        lock (_gate)
        {
            _transfers[round] = seconds;
            if (_transfers.Count > MostRounds)
            {
                _transfers.Remove(_transfers.Keys.First());
            }
        }
    }

    /// <summary>The seconds of <see cref="Transferred"/>, or null.</summary>
    public double? TransferSeconds(int round)
    {
        lock (_gate)
        {
            return _transfers.TryGetValue(round, out var seconds) ? seconds : null;
        }
    }
}
