using FedLearn.Core.Models;

namespace FedLearn.Training.Partitioning;

/// <summary>
/// Shards by label: the examples sorted by label, cut into parts x shards pieces of equal size (to one), each part given
/// <paramref name="shardsPerPart"/> of them at random. McMahan et al. 2017, section 3: two shards give most clients two digits.
/// </summary>
/// <param name="shardsPerPart">At least 1. Default 2.</param>
public sealed class LabelShardsPartitioner(int shardsPerPart = 2) : IPartitioner
{
    /// <inheritdoc/>
    public IReadOnlyList<int[]> Split(ReadOnlySpan<int> labels, int parts, long seed)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(shardsPerPart, 1);
        var shards = checked(parts * shardsPerPart);
        var order = Cut.Shuffled(labels.Length, shards, "partition/shards", seed);
        var byPlace = labels.ToArray();
        var sorted = order.OrderBy(i => byPlace[i]).ToArray();
        var pieces = Cut.Evenly(sorted, shards);
        var deal = Enumerable.Range(0, shards).ToArray();
        SeededRandom.For("partition/shards/deal", seed).Shuffle<int>(deal);
        return [.. deal.Chunk(shardsPerPart).Select(own => own.SelectMany(s => pieces[s]).Order().ToArray())];
    }
}
