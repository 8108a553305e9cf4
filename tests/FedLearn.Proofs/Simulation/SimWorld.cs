using FedLearn.Core.Specs;
using FedLearn.Proofs.Simulation.Clients;
using FedLearn.Proofs.Simulation.Invariants;
using FedLearn.Proofs.Simulation.Machinery;
using FedLearn.Proofs.Simulation.Server;

namespace FedLearn.Proofs.Simulation;

/// <summary>One simulated federation: its time, its disk and database, its process of the moment, its network and its clients.</summary>
internal sealed class SimWorld
{
    public const string RunId = "sim";

    private static readonly TimeSpan s_longest = TimeSpan.FromHours(3);

    private readonly Timeline _timeline = new();
    private readonly ProcessLock _lock;
    private readonly List<SimClient> _clients;
    private int _processes;

    public SimWorld(ulong seed, SimPlan plan, SimParts parts, bool disturbed)
    {
        (Plan, Parts) = (plan, parts);
        Chance = new Chance(~seed);
        Trace = new Trace(_timeline);
        Clock = new SimClock(_timeline);
        Faults = new Faults(new Chance(Chance.Next()), Coverage, Trace, disturbed);
        Disk = new SimDisk(new Chance(Chance.Next()), Faults);
        Rows.UniqueKeys = parts.UniqueKeys;
        Network = new SimNetwork(this);
        Ledger = new Ledger(this);
        Invariants = [.. AllInvariants().Where(i => parts.OnlyInvariant is null || parts.OnlyInvariant == i.Name)];
        _lock = parts.Lock();
        _clients = [.. Enumerable.Range(0, plan.Clients).Select(i => new SimClient(this, i))];
        Current = null!;
    }

    public SimPlan Plan { get; }

    public SimParts Parts { get; }

    public Chance Chance { get; }

    public Coverage Coverage { get; } = new();

    public Trace Trace { get; }

    public Faults Faults { get; }

    public SimClock Clock { get; }

    public SimDisk Disk { get; }

    public SimRows Rows { get; } = new();

    public SimNetwork Network { get; }

    public Ledger Ledger { get; }

    public IReadOnlyList<Invariant> Invariants { get; }

    /// <summary>The newest process; it may be dead.</summary>
    public SimProcess Current { get; private set; }

    public TimeSpan Now => _timeline.Now;

    public long Steps => _timeline.Steps;

    /// <summary>Whether the run's end is durable.</summary>
    public bool IsOver => Rows.Run?.Outcome is not null;

    /// <summary>The number of the newest published version.</summary>
    public int Published => Ledger.Versions[^1].Number;

    public void After(TimeSpan delay, Action work) => _timeline.After(delay, work);

    /// <summary>Runs to the end: the run is over and no client has anything left.</summary>
    /// <exception cref="InvariantBrokenException">Something does not hold.</exception>
    public void Run()
    {
        Create();
        StartProcess();
        _clients.ForEach(c => c.Start());
        if (Faults.Active)
        {
            After(Plan.Chaos, () => Faults.Active = false);
            new SimFate(this).Plan();
        }

        while (!(IsOver && _clients.TrueForAll(c => c.IsDone)))
        {
            if (Now > s_longest || !_timeline.Step())
            {
                throw new InvariantBrokenException("RunsComeToAnEnd", $"after {Now.TotalSeconds:0} s the run is {Current.Run?.State.Phase}, {_clients.Count(c => !c.IsDone)} clients have work left");
            }

            Ledger.AfterStep();
        }
    }

    /// <summary>Tries to start a second process while one lives.</summary>
    public void StartSecond()
    {
        if (Current.Alive)
        {
            Faults.Count(Fault.SecondProcess);
            StartProcess();
        }
    }

    /// <summary>A process has died: the kernel frees its lock, its connections break, the disk may lose what was not synced.</summary>
    public void OnDeath(SimProcess process, IReadOnlyList<SimLink> links)
    {
        _lock.Release(process.Number);
        foreach (var link in links)
        {
            Network.Close(link);
        }

        if (process == Current)
        {
            if (Chance.Of(0.5))
            {
                Disk.Crash();
            }

            After(Chance.Milliseconds(200, 8000), StartProcess);
        }
    }

    private void StartProcess()
    {
        if (_lock.TryTake(_processes + 1))
        {
            Current = new SimProcess(this, ++_processes);
            Current.Start();
        }
    }

    private void Create()
    {
        var models = new SimModels(this);
        var active = Faults.Active;
        Faults.Active = false;
        var initial = models.Initialise(RunId, Plan.Spec, null);
        new SimStore(this, 0).Create(RunId, Plan.Spec.Name, RunSpecWriter.Write(Plan.Spec), initial, by: null);
        Faults.Active = active;
    }

    private List<Invariant> AllInvariants() =>
    [
        new RoundNumbersAreNew { World = this },
        new RoundsMoveForward { World = this },
        new OneWriter { World = this },
        new NoRoundOpensWhilePaused { World = this },
        new SelectionIsAFunction { World = this },
        new OnlyTheOnlineAreSelected { World = this },
        new DeadlinesAreMonotonic { World = this },
        new NothingIsCarriedOver { World = this },
        new OnlyWholeUpdatesCount { World = this },
        new RepeatsAreHarmless { World = this },
        new VersionsAreChained { World = this },
        new SameUpdatesSameBits { World = this },
        new RecoveryFindsTheState { World = this },
        new AcknowledgedIsDurable { World = this },
        new AcknowledgedIsCounted { World = this },
    ];
}
