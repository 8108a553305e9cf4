namespace FedLearn.Training.Partitioning;

/// <summary>Splits a data set into the parts of a federation. Every example is in exactly one part; the seed decides which.</summary>
public interface IPartitioner
{
    /// <summary>The parts, each a list of example numbers in rising order.</summary>
    /// <param name="labels">One label per example (or, for a natural key, the example's key).</param>
    /// <param name="parts">How many parts, at least 1 and at most the number of examples.</param>
    /// <param name="seed">The seed.</param>
    IReadOnlyList<int[]> Split(ReadOnlySpan<int> labels, int parts, long seed);
}
