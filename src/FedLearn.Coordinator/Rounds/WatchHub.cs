using System.Threading.Channels;
using FedLearn.Protocol.V1;

namespace FedLearn.Coordinator.Rounds;

/// <summary>A client's open Watch stream: what is to be sent to it.</summary>
internal sealed class WatchSession(string clientId)
{
    /// <summary>A client has a few messages per run and stage outstanding at most; one that lags this far behind is cut off.</summary>
    private const int Capacity = 4096;

    private readonly Channel<WatchReply> _outbox = Channel.CreateBounded<WatchReply>(Capacity);

    public string ClientId { get; } = clientId;

    public ChannelReader<WatchReply> Outbox => _outbox.Reader;

    /// <summary>Queues a message; a session that does not drain its queue ends, and its client reconnects to the full state.</summary>
    public void Send(WatchReply message)
    {
        if (!_outbox.Writer.TryWrite(message))
        {
            End();
        }
    }

    public void End() => _outbox.Writer.TryComplete();
}

/// <summary>Who is online. One session a client; a newer one ends the older.</summary>
internal sealed class WatchHub(TimeProvider time)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, WatchSession> _sessions = new(StringComparer.Ordinal);
    private readonly Dictionary<string, DateTimeOffset> _lastSeen = new(StringComparer.Ordinal);

    /// <summary>How many clients are online.</summary>
    public int Online
    {
        get
        {
            lock (_gate)
            {
                return _sessions.Count;
            }
        }
    }

    public WatchSession Open(string clientId)
    {
        var session = new WatchSession(clientId);
        lock (_gate)
        {
            if (_sessions.TryGetValue(clientId, out var older))
            {
                older.End();
            }

            _sessions[clientId] = session;
            _lastSeen[clientId] = time.GetUtcNow();
        }

        return session;
    }

    /// <summary>Ends a session. True where the client is offline now, false where a newer session has taken over.</summary>
    public bool Close(WatchSession session)
    {
        session.End();
        lock (_gate)
        {
            _lastSeen[session.ClientId] = time.GetUtcNow();
            return _sessions.TryGetValue(session.ClientId, out var current)
                && ReferenceEquals(current, session)
                && _sessions.Remove(session.ClientId);
        }
    }

    public void Touch(string clientId)
    {
        lock (_gate)
        {
            _lastSeen[clientId] = time.GetUtcNow();
        }
    }

    public bool IsOnline(string clientId)
    {
        lock (_gate)
        {
            return _sessions.ContainsKey(clientId);
        }
    }

    public DateTimeOffset? LastSeen(string clientId)
    {
        lock (_gate)
        {
            return _lastSeen.TryGetValue(clientId, out var at) ? at : null;
        }
    }

    public void Send(string clientId, WatchReply message)
    {
        WatchSession? session;
        lock (_gate)
        {
            session = _sessions.GetValueOrDefault(clientId);
        }

        session?.Send(message);
    }

    public void SendAll(WatchReply message) => SendAll(message, _ => true);

    /// <summary>Sends to those whose client is meant.</summary>
    public void SendAll(WatchReply message, Func<string, bool> isMeant)
    {
        foreach (var session in All().Where(s => isMeant(s.ClientId)))
        {
            session.Send(message);
        }
    }

    /// <summary>Ends every session: the coordinator is about to stop.</summary>
    public void EndAll()
    {
        foreach (var session in All())
        {
            session.End();
        }
    }

    private List<WatchSession> All()
    {
        lock (_gate)
        {
            return [.. _sessions.Values];
        }
    }
}
