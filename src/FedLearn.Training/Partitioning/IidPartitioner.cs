namespace FedLearn.Training.Partitioning;

/// <summary>Independent and identically distributed: shuffled, then cut into parts whose sizes differ by at most one.</summary>
public sealed class IidPartitioner : IPartitioner
{
    /// <inheritdoc/>
    public IReadOnlyList<int[]> Split(ReadOnlySpan<int> labels, int parts, long seed)
    {
        var order = Cut.Shuffled(labels.Length, parts, "partition/iid", seed);
        return Cut.Evenly(order, parts);
    }
}
