using System.Collections.Immutable;
using FedLearn.Coordinator.Rounds;
using FedLearn.Core.Proofs;
using FedLearn.Core.Rounds;
using FedLearn.Proofs.Simulation.Clients;
using FedLearn.Proofs.Simulation.Invariants;
using FedLearn.Proofs.Simulation.Server;
using FedLearn.Protocol.V1;
using Google.Protobuf;

namespace FedLearn.Proofs.Simulation;

/// <summary>A round as the ledger saw it become durable.</summary>
internal sealed class LedgerRound(RoundState opened)
{
    public ImmutableSortedSet<string> Cohort { get; } = opened.Cohort;

    public RoundStatus Status { get; set; } = RoundStatus.Fitting;

    public TimeSpan StageStarted { get; set; }

    public string Reason { get; set; } = "";

    public int? Version { get; set; }

    /// <summary>Its accepted updates, in the order in which they became durable.</summary>
    public List<SealedUpdate> Updates { get; } = [];

    /// <summary>The clients whose updates stood on disk when the round was aggregated.</summary>
    public IReadOnlyList<string>? Aggregated { get; set; }

    public bool IsOver => Status is RoundStatus.Published or RoundStatus.Void;
}

/// <summary>What became durable and what was said, written down beside the store and independently of the code under test.</summary>
internal sealed class Ledger(SimWorld world)
{
    private readonly SortedDictionary<int, LedgerRound> _rounds = [];
    private readonly List<StoredVersion> _versions = [];
    private readonly Dictionary<string, byte[]> _made = new(StringComparer.Ordinal);
    private bool _changed;

    public IReadOnlyDictionary<int, LedgerRound> Rounds => _rounds;

    public IReadOnlyList<StoredVersion> Versions => _versions;

    /// <summary>The bytes of every update that any client made, by digest.</summary>
    public IReadOnlyDictionary<string, byte[]> Made => _made;

    /// <summary>Who was eligible when a round was decided and what they announced, by its number.</summary>
    public Dictionary<int, RunEvent.EligibleChanged> Eligible { get; } = [];

    public byte[] BytesOfNewest { get; private set; } = [];

    public int NewestProcess { get; private set; }

    public TimeSpan ProcessStarted { get; private set; }

    public bool StopRequested { get; set; }

    /// <summary>Whether a pause is durable that no resumption ended.</summary>
    public bool Paused { get; private set; }

    public RunOutcome? Outcome { get; private set; }

    public void OnCreated(StoredVersion initial)
    {
        _versions.Add(initial);
        BytesOfNewest = world.Disk.Find(SimDisk.VersionFile(0))!.Bytes;
    }

    /// <summary>A process has recovered: its clocks begin now.</summary>
    public void OnProcess(int process, RunState state)
    {
        (NewestProcess, ProcessStarted) = (process, world.Now);
        if (state.Round is { } open)
        {
            _rounds[open.Number].StageStarted = world.Now;
        }
    }

    public void OnMade(SimUpdate update) => _made[update.TrueDigest] = update.Bytes;

    public void OnCommit(int process, RunCommit commit)
    {
        foreach (var invariant in world.Invariants)
        {
            invariant.OnCommit(process, commit);
        }

        _changed = true;
        Write(commit);
    }

    public void OnReceipt(string clientId, Receipt receipt)
    {
        world.Trace.Add($"receipt for {clientId} round {receipt.Round}");
        _changed = true;
        foreach (var invariant in world.Invariants)
        {
            invariant.OnReceipt(receipt);
        }
    }

    /// <summary>A version leaves the house: it must be what its row says.</summary>
    public void OnServed(int version, byte[] bytes)
    {
        if (!BlockDigest.Of(bytes).AsSpan().SequenceEqual(_versions[version].Digest))
        {
            throw new InvariantBrokenException(nameof(VersionsAreChained), $"version {version} was served with other bytes than were published");
        }
    }

    /// <summary>A client has a version that it was told to work on.</summary>
    public void OnAssigned(int version, ByteString digest, byte[] bytes)
    {
        if (!BlockDigest.Of(bytes).AsSpan().SequenceEqual(digest.Span))
        {
            throw new InvariantBrokenException(nameof(VersionsAreChained), $"version {version} was assigned by another digest than its bytes have");
        }
    }

    /// <summary>Asserts every invariant, where anything has changed.</summary>
    public void AfterStep()
    {
        if (_changed)
        {
            _changed = false;
            foreach (var invariant in world.Invariants)
            {
                invariant.AfterStep();
            }
        }
    }

    private void Write(RunCommit commit)
    {
        switch (commit.Effect)
        {
            case RunEffect.OpenRound e:
                _rounds[e.Round.Number] = new LedgerRound(e.Round) { StageStarted = world.Now };
                break;
            case RunEffect.AcceptUpdate e:
                _rounds[e.Round].Updates.Add(commit.Update!);
                break;
            case RunEffect.Aggregate e:
                _rounds[e.Round.Number].Status = RoundStatus.Aggregating;
                _rounds[e.Round.Number].Aggregated = [.. _rounds[e.Round.Number].Updates.Select(u => u.ClientId)];
                break;
            case RunEffect.Publish e:
                _versions.Add(commit.Version!);
                BytesOfNewest = world.Disk.Find(SimDisk.VersionFile(e.Version))!.Bytes;
                (_rounds[e.Round.Number].Status, _rounds[e.Round.Number].Version) = (RoundStatus.Evaluating, e.Version);
                break;
            case RunEffect.OpenEvaluation e:
                _rounds[e.Round.Number].StageStarted = world.Now;
                break;
            case RunEffect.CloseRound e:
                _rounds[e.Round.Number].Status = RoundStatus.Published;
                break;
            case RunEffect.VoidRound e:
                (_rounds[e.Round.Number].Status, _rounds[e.Round.Number].Reason) = (RoundStatus.Void, e.Reason);
                break;
            case RunEffect.PauseRun:
                Paused = true;
                break;
            case RunEffect.ResumeRun:
                Paused = false;
                break;
            case RunEffect.EndRun e:
                Outcome = e.Outcome;
                break;
            default:
                break;
        }
    }
}
