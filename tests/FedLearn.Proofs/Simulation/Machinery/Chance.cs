namespace FedLearn.Proofs.Simulation.Machinery;

/// <summary>The one source of chance of a simulation: SplitMix64, so that a seed means the same on every machine.</summary>
internal sealed class Chance(ulong seed)
{
    private ulong _state = seed;

    /// <summary>The next 64 bits.</summary>
    public ulong Next()
    {
        var z = _state += 0x9E3779B97F4A7C15;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }

    /// <summary>A number from 0 to below <paramref name="limit"/>.</summary>
    public int Below(int limit) => (int)(Next() % (ulong)limit);

    /// <summary>True with a probability.</summary>
    public bool Of(double probability) => Unit() < probability;

    /// <summary>A number from 0 to below 1.</summary>
    public double Unit() => (Next() >> 11) * (1.0 / (1UL << 53));

    /// <summary>A time between two numbers of milliseconds.</summary>
    public TimeSpan Milliseconds(int least, int most) => TimeSpan.FromTicks(TimeSpan.TicksPerMillisecond * least + (long)(Unit() * (most - least) * TimeSpan.TicksPerMillisecond));

    /// <summary>One of some values.</summary>
    public T Pick<T>(params ReadOnlySpan<T> values) => values[Below(values.Length)];
}
