using FedLearn.Proofs.Simulation.Clients;
using FedLearn.Proofs.Simulation.Machinery;
using FedLearn.Proofs.Simulation.Server;
using FedLearn.Protocol.V1;

namespace FedLearn.Proofs.Simulation;

/// <summary>The network: every message takes its own time, so calls overtake each other; some are lost, some come twice, streams break.</summary>
internal sealed class SimNetwork(SimWorld world)
{
    private const int Chunk = 12;
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(15);

    private Faults Faults => world.Faults;

    /// <summary>A call: <paramref name="handle"/> runs in the server, perhaps twice; null comes back where no reply does.</summary>
    public void Call<T>(SimClient client, Action<SimProcess, Action<T>> handle, Action<T?> done)
        where T : class
    {
        var finish = Once(client, done);
        var process = client.Link?.Process ?? world.Current;
        world.After(s_patience, () => finish(null));
        if (!Faults.Happens(Fault.RequestDropped, 0.03))
        {
            Send();
            if (Faults.Happens(Fault.RequestDuplicated, 0.03))
            {
                Send();
            }
        }

        void Send() => world.After(Delay(), () => process.Enter(() => handle(process, Reply)));

        void Reply(T reply)
        {
            if (!Faults.Happens(Fault.ReplyDropped, 0.03))
            {
                world.After(Delay(), () => finish(reply));
            }
        }
    }

    /// <summary>A stream of an update's bytes. It may break at any message; the server may hear of that late.</summary>
    public void Push(SimClient client, SimUpdate update, int offset, Action<SimAnswer?> done)
    {
        var finish = Once(client, done);
        var process = client.Link?.Process ?? world.Current;
        var push = new SimPush(world, client.Id, update.Header, offset, Reply);
        var at = Delay();
        world.After(s_patience + s_patience, () => finish(null));
        InOrder(() => process.Ingest.Begin(push));
        for (var from = offset; from < update.Bytes.Length; from += Chunk)
        {
            if (Faults.Happens(Fault.UploadCut, 0.03))
            {
                Cut();
                return;
            }

            var (first, after) = (from, Math.Min(from + Chunk, update.Bytes.Length));
            InOrder(() => push.Take(update.Bytes.AsSpan(first, after - first)));
        }

        InOrder(push.End);

        void InOrder(Action work)
        {
            at += world.Chance.Milliseconds(0, 200);
            world.After(at, () => process.Enter(work));
        }

        void Cut()
        {
            at += Faults.Happens(Fault.HalfOpen, 0.5) ? TimeSpan.FromSeconds(20) : TimeSpan.Zero;
            InOrder(push.Interrupt);
            world.After(Delay(), () => finish(null));
        }

        void Reply(SimAnswer answer)
        {
            if (!Faults.Happens(Fault.ReplyDropped, 0.05))
            {
                world.After(Delay(), () => finish(answer));
            }
        }
    }

    /// <summary>A message of a Watch stream, in order.</summary>
    public void Deliver(SimLink link, WatchReply message)
    {
        var arrival = world.Now + Delay();
        link.LastArrival = arrival > link.LastArrival ? arrival : link.LastArrival;
        if (Faults.Happens(Fault.WatchCut, 0.02))
        {
            Break(link);
            return;
        }

        world.After(link.LastArrival - world.Now, () =>
        {
            if (link.IsOpen)
            {
                link.Client.OnMessage(message);
            }
        });
    }

    /// <summary>The stream breaks; each side notices in its own time.</summary>
    public void Break(SimLink link)
    {
        Close(link);
        var late = Faults.Happens(Fault.HalfOpen, 0.3) ? TimeSpan.FromSeconds(30) : TimeSpan.Zero;
        world.After(late + Delay(), () => link.Process.Enter(() => link.Process.Unwatch(link)));
    }

    /// <summary>The server ends a stream; the client notices.</summary>
    public void Close(SimLink link)
    {
        if (link.IsOpen)
        {
            link.IsOpen = false;
            world.After(Delay(), () => link.Client.OnDisconnected(link));
        }
    }

    public TimeSpan Delay() => Faults.Happens(Fault.MessageDelayed, 0.02)
        ? world.Chance.Milliseconds(1000, 40_000)
        : world.Chance.Milliseconds(1, 80);

    private static Action<T?> Once<T>(SimClient client, Action<T?> done)
        where T : class
    {
        var (life, answered) = (client.Life, false);
        return reply =>
        {
            if (!answered && client.Life == life)
            {
                answered = true;
                done(reply);
            }
        };
    }
}
