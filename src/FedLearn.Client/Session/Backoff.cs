namespace FedLearn.Client.Session;

/// <summary>
/// How long to wait before the next attempt: doubling up to a limit, each time times a factor drawn from [0.5, 1], so that a thousand
/// workers do not come back in the same second.
/// </summary>
internal sealed class Backoff
{
    private readonly TimeSpan _first;
    private readonly TimeSpan _most;
    private readonly Random _random;
    private TimeSpan _next;

    public Backoff(TimeSpan first, TimeSpan most, int seed)
    {
        (_first, _most, _next) = (first, most, first);
        _random = new Random(seed);
    }

    public TimeSpan Next()
    {
        var longest = _next;
        _next = longest * 2 < _most ? longest * 2 : _most;
#pragma warning disable CA5394 // This spreads load; nothing secret hangs on it.
        return longest * (0.5 + (_random.NextDouble() / 2));
#pragma warning restore CA5394
    }

    public void Reset() => _next = _first;
}
