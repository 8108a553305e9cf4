namespace FedLearn.Coordinator.Operations.Limits;

/// <summary>
/// A rate with a burst: tokens come at a steady rate up to a most, and each request takes one. (.NET's own limiter of this kind reads the
/// machine's clock, so that no test could move it.)
/// </summary>
/// <param name="perSecond">Tokens per second.</param>
/// <param name="most">The most that are kept; also how many there are at first.</param>
/// <param name="time">The clock.</param>
internal sealed class TokenBucket(double perSecond, double most, TimeProvider time)
{
    private readonly Lock _gate = new();
    private double _used;
    private long _at = time.GetTimestamp();

    /// <summary>Whether as many tokens are here as there can be.</summary>
    public bool IsFull
    {
        get
        {
            lock (_gate)
            {
                Refill();
                return _used <= 0;
            }
        }
    }

    /// <summary>Takes a token: zero; or says how long until there is one.</summary>
    public TimeSpan Take()
    {
        lock (_gate)
        {
            Refill();
            if (_used + 1 > most)
            {
                return TimeSpan.FromSeconds((_used + 1 - most) / perSecond);
            }

            _used++;
            return TimeSpan.Zero;
        }
    }

    private void Refill()
    {
        var now = time.GetTimestamp();
        _used = Math.Max(0, _used - (perSecond * time.GetElapsedTime(_at, now).TotalSeconds));
        _at = now;
    }
}
