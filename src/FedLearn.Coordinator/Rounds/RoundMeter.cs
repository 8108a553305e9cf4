using FedLearn.Coordinator.Operations.Telemetry;

namespace FedLearn.Coordinator.Rounds;

/// <summary>Counts what happens in a round besides its decisions. Thread safe.</summary>
/// <param name="metrics">Is told of what is counted, as it happens; null = nobody.</param>
internal sealed class RoundMeter(RunMetrics? metrics = null)
{
    private long _bytesIn;
    private long _bytesOut;
    private int _late;
    private int _refused;
    private int _declinedFit;

    public double FitSeconds { get; set; }

    public double AggregateSeconds { get; set; }

    public double EvaluateSeconds { get; set; }

    public int DeclinedFit
    {
        get => _declinedFit;
        set => _declinedFit = value;
    }

    public void AddBytesIn(long bytes)
    {
        Interlocked.Add(ref _bytesIn, bytes);
        metrics?.BytesIn(bytes);
    }

    public void AddBytesOut(long bytes)
    {
        Interlocked.Add(ref _bytesOut, bytes);
        metrics?.BytesOut(bytes);
    }

    public void AddLate()
    {
        Interlocked.Increment(ref _late);
        metrics?.UpdateLate();
    }

    public void AddRefused()
    {
        Interlocked.Increment(ref _refused);
        metrics?.UpdateRefused();
    }

    public RoundFigures Snapshot() => new()
    {
        BytesIn = Interlocked.Read(ref _bytesIn),
        BytesOut = Interlocked.Read(ref _bytesOut),
        Late = _late,
        Refused = _refused,
        DeclinedFit = _declinedFit,
        FitSeconds = FitSeconds,
        AggregateSeconds = AggregateSeconds,
        EvaluateSeconds = EvaluateSeconds,
    };
}
