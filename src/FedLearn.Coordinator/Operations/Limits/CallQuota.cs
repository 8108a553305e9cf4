using System.Collections.Concurrent;
using System.Net;
using FedLearn.Protocol;

namespace FedLearn.Coordinator.Operations.Limits;

/// <summary>
/// How often, and how many at once, somebody may call: by address before it is known who calls, by client or operator after, and all
/// together. What is refused has cost nothing but the reading of its headers.
/// </summary>
internal sealed class CallQuota(CoordinatorOptions options, TimeProvider time)
{
    /// <summary>Shares are kept up to here; then those that nobody uses are dropped.</summary>
    internal const int MostIdleShares = 10_000;

    private readonly CoordinatorLimits _limits = options.Limits;
    private readonly TokenBucket _total = Bucket(options.Limits.TotalRequestsPerSecond, time);
    private readonly ConcurrentDictionary<IPAddress, TokenBucket> _addresses = new();
    private readonly ConcurrentDictionary<string, Share> _callers = new(StringComparer.Ordinal);

    /// <summary>How many addresses and callers are remembered.</summary>
    internal int Count => _addresses.Count + _callers.Count;

    /// <summary>Counts a request whose caller is not known yet.</summary>
    /// <param name="address">Where it comes from; null counts for all together alone.</param>
    /// <exception cref="Grpc.Core.RpcException">RESOURCE_EXHAUSTED: too many.</exception>
    public void Arrive(IPAddress? address)
    {
        if (address is not null)
        {
            Drop(_addresses, bucket => bucket.IsFull);
            Take(_addresses.GetOrAdd(address, _ => Bucket(_limits.AddressRequestsPerSecond, time)), $"the address {address}", _limits.AddressRequestsPerSecond);
        }

        Take(_total, "all callers together", _limits.TotalRequestsPerSecond);
    }

    /// <summary>Counts a request of a known caller until it is disposed of.</summary>
    /// <param name="caller">The client's id, or empty for operators.</param>
    /// <exception cref="Grpc.Core.RpcException">RESOURCE_EXHAUSTED: too many.</exception>
    public IDisposable Enter(string caller)
    {
        Drop(_callers, share => share is { Open: 0, Bucket.IsFull: true });
        var share = _callers.GetOrAdd(caller, _ => new Share(Bucket(_limits.ClientRequestsPerSecond, time)));
        var who = caller.Length == 0 ? "operators" : $"client '{caller}'";
        Take(share.Bucket, who, _limits.ClientRequestsPerSecond);
        return share.TryEnter(_limits.ClientStreams)
            ? share
            : throw Problem.Exhausted($"{who}: {_limits.ClientStreams} calls are under way, which is the most at once (--client-streams); end one, or wait for one to end").ToException();
    }

    private static TokenBucket Bucket(double perSecond, TimeProvider time) => new(perSecond, perSecond * CoordinatorLimits.BurstSeconds, time);

    private static void Take(TokenBucket bucket, string who, double perSecond)
    {
        if (bucket.Take() is { Ticks: > 0 } wait)
        {
            throw Problem.Exhausted($"{who}: more than {perSecond} requests per second; wait {wait.TotalSeconds:0.###} s and call less often").ToException();
        }
    }

    private static void Drop<TKey, T>(ConcurrentDictionary<TKey, T> all, Func<T, bool> isIdle)
        where TKey : notnull
    {
        if (all.Count < MostIdleShares)
        {
            return;
        }

        foreach (var (key, _) in all.Where(a => isIdle(a.Value)))
        {
            all.TryRemove(key, out _);
        }
    }

    /// <summary>What one caller has under way.</summary>
    private sealed class Share(TokenBucket bucket) : IDisposable
    {
        private int _open;

        public TokenBucket Bucket { get; } = bucket;

        public int Open => Volatile.Read(ref _open);

        public bool TryEnter(int most)
        {
            if (Interlocked.Increment(ref _open) <= most)
            {
                return true;
            }

            Interlocked.Decrement(ref _open);
            return false;
        }

        /// <summary>One call has ended.</summary>
        public void Dispose() => Interlocked.Decrement(ref _open);
    }
}
