using System.Threading.Channels;

namespace FedLearn.Client.Session;

/// <summary>
/// The work that is queued or in hand, by key. The connection adds to it and gives up what is over; the workers take from it. Work goes
/// on while the connection is down.
/// </summary>
internal sealed class WorkBoard
{
    private readonly Lock _lock = new();
    private readonly Dictionary<WorkKey, WorkItem> _items = [];
    private readonly Channel<WorkItem> _queue = Channel.CreateUnbounded<WorkItem>();
    private int _connection;

    public ChannelReader<WorkItem> Queue => _queue.Reader;

    public bool IsEmpty
    {
        get
        {
            lock (_lock)
            {
                return _items.Count == 0;
            }
        }
    }

    /// <summary>What is in hand, for the heartbeat: the first item that is being worked on.</summary>
    public WorkItem? Current
    {
        get
        {
            lock (_lock)
            {
                return _items.Values.FirstOrDefault(i => i.Activity != Protocol.V1.Activity.Idle);
            }
        }
    }

    /// <summary>A new connection: what the coordinator does not name on it before <see cref="EndOfState"/> is over.</summary>
    public void BeginState()
    {
        lock (_lock)
        {
            _connection++;
        }
    }

    /// <summary>Gives up the assignments that the coordinator does not name any more.</summary>
    public void EndOfState() =>
        GiveUp(i => i.Assignment is not null && i.SeenOn != _connection, "the coordinator does not ask for it any more");

    /// <summary>Queues the work unless its key is queued or in hand already; then that goes on.</summary>
    /// <returns>Whether it was queued.</returns>
    public bool Add(WorkItem item)
    {
        lock (_lock)
        {
            if (_items.TryGetValue(item.Key, out var known))
            {
                known.SeenOn = _connection;
                item.Dispose();
                return false;
            }

            item.SeenOn = _connection;
            _items.Add(item.Key, item);
        }

        // An unbounded channel takes everything until it is completed, which never happens.
        return _queue.Writer.TryWrite(item);
    }

    /// <summary>Gives up the local work on all items that fit; a delivery in progress goes on until the coordinator has said its word.</summary>
    public void GiveUp(Func<WorkItem, bool> fits, string reason)
    {
        List<WorkItem> over;
        lock (_lock)
        {
            over = [.. _items.Values.Where(fits)];
        }

        over.ForEach(i => i.GiveUp(reason));
    }

    public void Finish(WorkItem item)
    {
        lock (_lock)
        {
            _items.Remove(item.Key);
        }

        item.Dispose();
    }
}
