using System.Security.Cryptography;
using System.Text;
using FedLearn.Coordinator.Identity;

namespace FedLearn.Coordinator.Dashboard.Signing;

/// <summary>Who is signed in, by the hash of the cookie's 256 random bits. In memory alone: a restart signs everybody out.</summary>
internal sealed class Sessions(TimeProvider time) : IDisposable
{
    /// <summary>The most at once; the oldest goes.</summary>
    private const int Most = 1000;

    private readonly Lock _gate = new();
    private readonly Dictionary<string, Session> _byHash = new(StringComparer.Ordinal);
    private readonly Queue<string> _order = new();

    /// <summary>Signs a caller in.</summary>
    /// <returns>The cookie's value.</returns>
    public string Open(Caller caller)
    {
        var cookie = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32));
        lock (_gate)
        {
            while (_order.TryPeek(out var oldest) && (_order.Count >= Most || !_byHash.TryGetValue(oldest, out var s) || s.IsOver))
            {
                Remove(_order.Dequeue());
            }

            _byHash[HashOf(cookie)] = new Session(caller, time);
            _order.Enqueue(HashOf(cookie));
        }

        return cookie;
    }

    /// <summary>The session of a cookie; null where there is none, or none any more.</summary>
    public Session? Find(string? cookie)
    {
        if (cookie is not { Length: 64 })
        {
            return null;
        }

        lock (_gate)
        {
            return _byHash.TryGetValue(HashOf(cookie), out var session) && !session.IsOver ? session : null;
        }
    }

    /// <summary>Signs out.</summary>
    public void Close(string? cookie)
    {
        lock (_gate)
        {
            Remove(HashOf(cookie ?? ""));
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            foreach (var session in _byHash.Values)
            {
                session.Dispose();
            }

            _byHash.Clear();
        }
    }

    private void Remove(string hash)
    {
        if (_byHash.Remove(hash, out var session))
        {
            session.End();
        }
    }

    private static string HashOf(string cookie) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(cookie)));
}
