using FedLearn.Coordinator.Ingest;
using FedLearn.Coordinator.Rounds;
using FedLearn.Coordinator.Storage;
using FedLearn.Core.Rounds;
using FedLearn.Proofs.Simulation.Machinery;
using FedLearn.Protocol;
using FedLearn.Protocol.V1;

namespace FedLearn.Proofs.Simulation.Server;

/// <summary>One process of the coordinator: the product's writer and recovery, pumped by virtual time instead of threads.</summary>
internal sealed class SimProcess : IOpenRuns
{
    private readonly SimWorld _world;
    private readonly RunServices _services;
    private readonly List<RunMessage> _inbox = [];
    private readonly List<(Task<RunReply> Reply, Action<RunReply> Then)> _asked = [];
    private readonly List<(Task Attached, SimLink Link)> _attaching = [];
    private readonly List<SimLink> _links = [];
    private Func<IReadOnlyList<RunMessage>, TimeSpan?>? _take;
    private IReadOnlyList<RunMessage> _taking = [];
    private bool _pumpPlanned;
    private int _timer;

    public SimProcess(SimWorld world, int number)
    {
        (_world, Number) = (world, number);
        var clock = world.Parts.Clock(world.Clock);
        _services = new RunServices(world.Parts.Store(world, number), world.Parts.Models(world), new WatchHub(clock), SimParts.QuietLog, clock, (_, e) => Fail(e))
        {
            Decide = Decide,
            InBackground = InBackground,
        };
        Ingest = new SimIngest(world, this, _services.Store);
    }

    public int Number { get; }

    public bool Alive { get; private set; } = true;

    public SimIngest Ingest { get; }

    public OpenRun? Run { get; private set; }

    public IRunStore Store => _services.Store;

    /// <summary>Recovers and goes on: what the product does at a start.</summary>
    public void Start() => Enter(() =>
    {
        foreach (var (stored, newest) in RunRecovery.Load(_services))
        {
            _world.Coverage.Hit($"recovery while {stored.State.Phase}");
            _world.Trace.Add($"p{Number} recovers: {stored.State.Phase}, round {stored.State.LastRound}, v{stored.State.Version}");
            if (_world.Faults.Happens(Fault.KilledAtStart, 0.05))
            {
                throw new ProcessDied("at its start");
            }

            var writer = new RunWriter(stored, newest, _services, Post);
            (_take, Run) = (writer.Take, writer.Run);
            _world.Ledger.OnProcess(Number, stored.State);
            writer.Resume();
        }

        Post(RunWriter.Tick);
    });

    /// <summary>Does something inside the process; what it cannot survive ends it.</summary>
    public void Enter(Action work)
    {
        if (!Alive)
        {
            return;
        }

        try
        {
            work();
        }
        catch (Exception e) when (e is ProcessDied or UnknownOutcomeException)
        {
            Die(e.Message);
        }
    }

    public OpenRun FindOpen(string runId) =>
        Run is { } run && run.Id == runId ? run
        : _services.Store.FindVersion(runId, 0) is not null ? throw Problem.Of(Refusal.RunOver, runId, 0).ToException()
        : throw Problem.NotFound($"there is no run '{runId}'").ToException();

    public void Post(RunMessage message)
    {
        _inbox.Add(message);
        if (!_pumpPlanned && Alive)
        {
            _pumpPlanned = true;
            _world.After(_world.Chance.Milliseconds(0, 20), () => Enter(Pump));
        }
    }

    /// <summary>Brings an event; the reply comes once it is durable, unless the process dies before.</summary>
    public void Ask(RunEvent happened, SealedUpdate? update, Action<RunReply> then)
    {
        var reply = new TaskCompletionSource<RunReply>();
        _asked.Add((reply.Task, then));
        Post(new RunMessage.Happened(happened, reply, update));
    }

    /// <summary>Lets the log tell of an update that was refused by its header or its bytes, as the product does.</summary>
    public void NoteRefusal(OpenRun run, AnnouncedUpdate update, string reason)
    {
        if (run.Refusals.Count(run.Updates.Round, update.ClientId))
        {
            Post(new RunMessage.Happened(new RunEvent.UpdateRejected(update.ClientId, update.Round, reason)));
        }
    }

    /// <summary>A client's Watch stream.</summary>
    public void Watch(SimLink link)
    {
        if (!link.IsOpen)
        {
            return;
        }

        link.Session = _services.Hub.Open(link.Client.Id);
        _links.Add(link);
        var attached = new TaskCompletionSource();
        _attaching.Add((attached.Task, link));
        Post(new RunMessage.Attach(link.Session, attached));
    }

    /// <summary>The process notices that a Watch stream has ended.</summary>
    public void Unwatch(SimLink link)
    {
        if (link.Session is { } session && _links.Remove(link) && _services.Hub.Close(session))
        {
            Post(new RunMessage.Gone(link.Client.Id));
        }
    }

    /// <summary>Whether a client has a Watch stream here, or the run is about to hear that it has none any more.</summary>
    public bool IsOnline(string clientId) =>
        _services.Hub.IsOnline(clientId) || _inbox.Concat(_taking).Any(m => m is RunMessage.Gone gone && gone.ClientId == clientId);

    /// <summary>The process ends, here and now.</summary>
    public void Die(string why)
    {
        if (Alive)
        {
            Alive = false;
            _world.Trace.Add($"p{Number} died: {why}");
            _world.OnDeath(this, _links);
        }
    }

    private void Pump()
    {
        _pumpPlanned = false;
        RunMessage[] batch = [.. _inbox];
        _inbox.Clear();
        _taking = batch;
        var next = _take?.Invoke(batch);
        for (var i = 0; i < _asked.Count; i++)
        {
            if (_asked[i] is { Reply.IsCompletedSuccessfully: true } asked)
            {
                _asked.RemoveAt(i--);
                asked.Then(asked.Reply.Result);
            }
        }

        Send();
        if (next is { } delay)
        {
            var timer = ++_timer;
            _world.After(delay, () => Enter(() =>
            {
                if (timer == _timer)
                {
                    Post(RunWriter.Tick);
                }
            }));
        }
    }

    private void Send()
    {
        foreach (var (_, link) in _attaching.Where(a => a.Attached.IsCompleted || _take is null))
        {
            link.Session!.Send(new WatchReply { Synced = new Synced() });
        }

        _attaching.RemoveAll(a => a.Attached.IsCompleted || _take is null);
        _links.ToList().ForEach(Flush);
    }

    private void Flush(SimLink link)
    {
        while (link.Session!.Outbox.TryRead(out var message))
        {
            _world.Network.Deliver(link, message);
        }

        if (link.Session.Outbox.Completion.IsCompleted)
        {
            _links.Remove(link);
            _world.Network.Close(link);
        }
    }

    private Decision Decide(RunState state, RunEvent happened, TimeSpan now)
    {
        var decision = _world.Parts.Decide(state, happened, now);
        _world.Coverage.Hit($"event {happened.GetType().Name}");
        Transitions.Count(_world.Coverage, state.Phase, decision.Effects);
        foreach (var effect in decision.Effects)
        {
            switch (effect)
            {
                case RunEffect.RefuseUpdate e:
                    _world.Coverage.Hit($"refusal {e.Reason}");
                    break;
                case RunEffect.OpenRound e:
                    _world.Ledger.Eligible[e.Round.Number] = happened as RunEvent.EligibleChanged ?? new(state.Eligible, state.Facts.Announced);
                    break;
                default:
                    break;
            }
        }

        return decision;
    }

    private Task InBackground(Action work)
    {
        _world.After(_world.Chance.Milliseconds(1, 3000), () => Enter(work));
        return Task.CompletedTask;
    }

    private void Fail(Exception e)
    {
        if (e is not (ProcessDied or UnknownOutcomeException))
        {
            throw new InvalidOperationException("an error that nobody expected", e);
        }

        Die(e.Message);
    }
}
