namespace FedLearn.Proofs.Simulation.Machinery;

/// <summary>
/// Decides what breaks and when. Each seed has its own taste: most kinds of fault are off or rare and some are frequent, so that rare
/// ones are not always hidden behind others. After a while everything holds, so that a run must come to its end.
/// </summary>
internal sealed class Faults
{
    private readonly double[] _intensity = new double[Enum.GetValues<Fault>().Length];
    private readonly Chance _chance;
    private readonly Coverage _coverage;
    private readonly Trace _trace;

    public Faults(Chance chance, Coverage coverage, Trace trace, bool disturbed)
    {
        (_chance, _coverage, _trace, Active) = (chance, coverage, trace, disturbed);
        for (var i = 0; i < _intensity.Length; i++)
        {
            _intensity[i] = chance.Pick(0, 0.3, 1, 1, 3);
        }
    }

    /// <summary>Whether anything breaks still.</summary>
    public bool Active { get; set; }

    /// <summary>Whether this kind of fault happens here and now; counted where it does.</summary>
    public bool Happens(Fault fault, double probability)
    {
        if (!Active || !_chance.Of(probability * _intensity[(int)fault]))
        {
            return false;
        }

        Count(fault);
        return true;
    }

    /// <summary>Counts a fault that follows from something else.</summary>
    public void Count(Fault fault)
    {
        _coverage.Hit($"fault {fault}");
        _trace.Add($"fault: {fault}");
    }
}
