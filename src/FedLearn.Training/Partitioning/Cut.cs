using FedLearn.Core.Models;

namespace FedLearn.Training.Partitioning;

/// <summary>Cutting a list of examples into parts.</summary>
internal static class Cut
{
    /// <summary>The numbers 0 .. count-1 in a drawn order, once it is sure that they fill the parts.</summary>
    public static int[] Shuffled(int count, int parts, string purpose, long seed)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(parts, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(parts, count);
        var order = Enumerable.Range(0, count).ToArray();
        SeededRandom.For(purpose, seed).Shuffle<int>(order);
        return order;
    }

    /// <summary>Consecutive pieces whose lengths differ by at most one, each in rising order.</summary>
    public static int[][] Evenly(int[] order, int parts)
    {
        var pieces = new int[parts][];
        for (var p = 0; p < parts; p++)
        {
            var (start, end) = ((long)order.Length * p / parts, (long)order.Length * (p + 1) / parts);
            pieces[p] = order[(int)start..(int)end];
            Array.Sort(pieces[p]);
        }

        return pieces;
    }

    public static List<int>[] Empty(int parts) => [.. Enumerable.Range(0, parts).Select(_ => new List<int>())];

    /// <summary>Consecutive pieces in proportion to shares that sum to 1; the cut after part p is at the rounded cumulative share.</summary>
    public static void ByShares(int[] items, double[] shares, List<int>[] parts)
    {
        var (start, sum) = (0, 0.0);
        for (var p = 0; p < parts.Length; p++)
        {
            sum += shares[p];
            var end = p == parts.Length - 1 ? items.Length : Math.Clamp((int)Math.Round(sum * items.Length), start, items.Length);
            parts[p].AddRange(items.AsSpan(start, end - start));
            start = end;
        }
    }

    /// <summary>The parts in rising order, once no part is empty.</summary>
    public static int[][] Finish(List<int>[] parts)
    {
        foreach (var empty in parts.Where(p => p.Count == 0))
        {
            var largest = parts.MaxBy(p => p.Count)!;
            empty.Add(largest[^1]);
            largest.RemoveAt(largest.Count - 1);
        }

        return [.. parts.Select(p => p.Order().ToArray())];
    }
}
