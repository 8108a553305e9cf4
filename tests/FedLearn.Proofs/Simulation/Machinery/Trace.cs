namespace FedLearn.Proofs.Simulation.Machinery;

/// <summary>What happened, in order: a hash of all of it, and the last lines for whoever reads a failure.</summary>
internal sealed class Trace(Timeline timeline)
{
    private const int Kept = 60;
    private readonly Queue<string> _last = new(Kept);

    /// <summary>FNV-1a over every line so far: two runs of the same seed have the same.</summary>
    public ulong Hash { get; private set; } = 14695981039346656037;

    /// <summary>The last lines.</summary>
    public IReadOnlyCollection<string> Last => _last;

    public void Add(string line)
    {
        var hash = Hash ^ (ulong)timeline.Now.Ticks;
        foreach (var c in line)
        {
            hash = (hash ^ c) * 1099511628211;
        }

        Hash = hash;
        if (_last.Count == Kept)
        {
            _last.Dequeue();
        }

        _last.Enqueue($"{timeline.Now.TotalSeconds,10:0.000} s  {line}");
    }
}
