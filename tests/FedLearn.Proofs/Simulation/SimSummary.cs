using FedLearn.Proofs.Simulation.Machinery;

namespace FedLearn.Proofs.Simulation;

/// <summary>What many seeds add up to. Thread safe.</summary>
internal sealed class SimSummary
{
    private readonly Lock _gate = new();
    private readonly List<SimResult> _failed = [];

    /// <summary>What all of them did; to be read when no seed runs any more.</summary>
    public Coverage Coverage { get; } = new();

    public int Seeds { get; private set; }

    public long Steps { get; private set; }

    /// <summary>The seeds that broke something, lowest first.</summary>
    public IReadOnlyList<SimResult> Failed => [.. _failed.OrderBy(f => f.Seed)];

    public void Add(SimResult result)
    {
        lock (_gate)
        {
            Seeds++;
            Steps += result.Steps;
            Coverage.Add(result.Coverage);
            if (result.Broken is not null)
            {
                _failed.Add(result);
            }
        }
    }
}
