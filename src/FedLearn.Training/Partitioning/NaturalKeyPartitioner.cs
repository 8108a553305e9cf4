using FedLearn.Core.Models;

namespace FedLearn.Training.Partitioning;

/// <summary>
/// By a natural key such as the writer or the hospital (given in place of labels): all examples of a key stay together. Keys are
/// shuffled, then the largest first go to the part that holds the fewest examples; with as many parts as keys, each part is one key.
/// </summary>
public sealed class NaturalKeyPartitioner : IPartitioner
{
    /// <inheritdoc/>
    /// <exception cref="ArgumentException">There are fewer keys than parts.</exception>
    public IReadOnlyList<int[]> Split(ReadOnlySpan<int> labels, int parts, long seed)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(parts, 1);
        var keys = labels.ToArray();
        var groups = Enumerable.Range(0, keys.Length).GroupBy(i => keys[i]).OrderBy(g => g.Key).Select(g => g.ToArray()).ToArray();
        if (groups.Length < parts)
        {
            throw new ArgumentException($"{groups.Length} keys cannot fill {parts} parts", nameof(parts));
        }

        SeededRandom.For("partition/key", seed).Shuffle<int[]>(groups);
        var result = Cut.Empty(parts);
        foreach (var group in groups.OrderByDescending(g => g.Length))
        {
            result.MinBy(part => part.Count)!.AddRange(group);
        }

        return Cut.Finish(result);
    }
}
