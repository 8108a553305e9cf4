namespace FedLearn.Coordinator;

/// <summary>What a caller may cost the others. All of it refuses with RESOURCE_EXHAUSTED or DEADLINE_EXCEEDED and says what to do.</summary>
public sealed record CoordinatorLimits
{
    /// <summary>How much of a rate may come at once: what it allows in this many seconds.</summary>
    public const double BurstSeconds = 2;

    /// <summary>The requests per second of one client or operator, 1 to 1,000,000; twice as many at once. Default 100.</summary>
    public double ClientRequestsPerSecond { get; init; } = 100;

    /// <summary>The requests per second of one address, who it may be, 1 to 1,000,000; twice as many at once. Default 1,000.</summary>
    public double AddressRequestsPerSecond { get; init; } = 1_000;

    /// <summary>The requests per second of all together, 1 to 1,000,000; twice as many at once. Default 10,000.</summary>
    public double TotalRequestsPerSecond { get; init; } = 10_000;

    /// <summary>The calls of one client or operator that may be under way at once, its Watch included, 1 to 100,000. Default 32.</summary>
    public int ClientStreams { get; init; } = 32;

    /// <summary>How long a call with small messages may take, its request included, in seconds, 1 to 3600. Default 60.</summary>
    public double CallSeconds { get; init; } = 60;

    /// <summary>How long a call that carries a vector may take, in seconds, 1 to 86,400; an upload goes on where it was. Default 3600.</summary>
    public double TransferSeconds { get; init; } = 3600;

    /// <summary>What is wrong with these settings; empty where nothing is.</summary>
    public IEnumerable<string> Problems()
    {
        (string Name, double Value, double Most)[] limits =
        [
            ("client requests per second", ClientRequestsPerSecond, 1_000_000),
            ("address requests per second", AddressRequestsPerSecond, 1_000_000),
            ("total requests per second", TotalRequestsPerSecond, 1_000_000),
            ("client streams", ClientStreams, 100_000),
            ("call seconds", CallSeconds, 3600),
            ("transfer seconds", TransferSeconds, 86_400),
        ];
        return limits.Where(l => !(l.Value >= 1 && l.Value <= l.Most)).Select(l => $"{l.Name}: expected 1 to {l.Most}, got {l.Value}");
    }
}
