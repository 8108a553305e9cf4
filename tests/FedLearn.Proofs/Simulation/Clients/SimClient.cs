using FedLearn.Coordinator.Rounds;
using FedLearn.Core.Rounds;
using FedLearn.Proofs.Simulation.Machinery;
using FedLearn.Protocol.V1;

namespace FedLearn.Proofs.Simulation.Clients;

/// <summary>A participant: connects, trains, keeps its finished update until a receipt or a verdict, goes away and comes back.</summary>
internal sealed partial class SimClient(SimWorld world, int index)
{
    public string Id { get; } = $"c{index:00}";

    /// <summary>Counts its processes: what an earlier one began, a later one does not hear of.</summary>
    public int Life { get; private set; }

    /// <summary>Its connection, or null.</summary>
    public SimLink? Link { get; private set; }

    /// <summary>Whether it has nothing more to do.</summary>
    public bool IsDone => _runOver && _kept.Count == 0;

    /// <summary>The examples it announces: the first client does not say.</summary>
    private long Announced => 10L * index;

    private Faults Faults => world.Faults;

    private bool _runOver;
    private SimLink? _announced;

    public void Start()
    {
        Later(world.Chance.Milliseconds(0, 3000), Connect);
        PlanMisfortune();
    }

    public void OnDisconnected(SimLink link)
    {
        if (link == Link)
        {
            Link = null;
            Later(world.Chance.Milliseconds(200, 4000), Connect);
        }
    }

    public void OnMessage(WatchReply message)
    {
        switch (message.EventCase)
        {
            case WatchReply.EventOneofCase.Run:
                _announced = Link;
                AnswerRun(message.Run);
                break;
            case WatchReply.EventOneofCase.Fit:
                TakeFit(message.Fit);
                break;
            case WatchReply.EventOneofCase.Evaluate:
                TakeEvaluate(message.Evaluate);
                break;
            case WatchReply.EventOneofCase.StageOver:
                TakeOver(message.StageOver);
                break;
            case WatchReply.EventOneofCase.RunOver:
                world.Trace.Add($"{Id} hears that the run is over");
                _runOver = true;
                break;
            case WatchReply.EventOneofCase.Synced:
                // No run is open any more: this client missed its end.
                _runOver |= _announced != Link;
                break;
            default:
                break;
        }
    }

    private void Connect()
    {
        if (Link is not null)
        {
            return;
        }

        var process = world.Current;
        if (!process.Alive)
        {
            Later(world.Chance.Milliseconds(500, 3000), Connect);
            return;
        }

        var link = Link = new SimLink(this, process);
        world.After(world.Network.Delay(), () =>
        {
            if (process.Alive)
            {
                process.Enter(() => process.Watch(link));
            }
            else
            {
                world.Network.Close(link);
            }
        });
        if (_kept.Count > 0)
        {
            Faults.Count(Fault.ClientReturnedWithUpdate);
            _kept.Values.ToList().ForEach(Deliver);
        }
    }

    private void AnswerRun(RunAnnouncement run)
    {
        _manifestHash = run.Manifest.Hash;
        var reason = !world.Plan.Exact && Faults.Happens(Fault.RunDeclined, 0.05) ? "no data of this schema" : null;
        SendAnswer(Link!, reason);
    }

    /// <summary>Answers until it is heard. A client that declined comes back some time later and is asked anew.</summary>
    private void SendAnswer(SimLink link, string? reason) => world.Network.Call<object>(
        this,
        (process, reply) =>
        {
            // An acceptance may be read after its client's stream has ended. (So may a decline, but then the client is asked again.)
            if ((link.IsOpen || reason is null) && process.Run is not null)
            {
                process.Post(new RunMessage.Answer(Id, reason, Announced));
                reply(this);
            }
        },
        reply =>
        {
            if (reply is null && link.IsOpen)
            {
                SendAnswer(link, reason);
            }
            else if (reason is not null)
            {
                Later(world.Chance.Milliseconds(2000, 15_000), () => world.Network.Break(link));
            }
        });

    private void Decline(FitAssignment fit)
    {
        Faults.Count(Fault.StageDeclined);
        world.Trace.Add($"{Id} gives round {fit.Round} up");
        world.Network.Call<object>(
            this,
            (process, reply) =>
            {
                if (process.Run is not null)
                {
                    process.Ask(new RunEvent.StageDeclined(Id, fit.Round, RunPhase.Fitting), null, reply);
                }
            },
            _ => { });
    }

    /// <summary>Something goes wrong with this client, again and again.</summary>
    private void PlanMisfortune() => world.After(world.Chance.Milliseconds(2000, 40_000), () =>
    {
        if (!Faults.Active)
        {
            return;
        }

        if (Faults.Happens(Fault.ClientCrashed, 0.3))
        {
            End(world.Chance.Milliseconds(500, 20_000));
        }
        else if (Faults.Happens(Fault.ClientLeft, 0.15))
        {
            End(world.Chance.Milliseconds(20_000, 90_000));
        }
        else
        {
            Barge();
        }

        PlanMisfortune();
    });

    /// <summary>The process ends. What it keeps on disk stays, what it was doing is lost.</summary>
    private void End(TimeSpan away)
    {
        world.Trace.Add($"{Id} is gone for {away.TotalSeconds:0.0} s");
        if (_fitting > 0)
        {
            Faults.Count(Fault.ClientLostWork);
        }

        Life++;
        (_fitting, _evaluating) = (0, 0);
        _delivering.Clear();
        if (Link is { } link)
        {
            Link = null;
            world.Network.Break(link);
        }

        Later(away, Connect);
    }

    private void Later(TimeSpan delay, Action work)
    {
        var life = Life;
        world.After(delay, () =>
        {
            if (life == Life)
            {
                work();
            }
        });
    }
}
