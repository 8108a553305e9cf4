using System.Collections.Immutable;

namespace FedLearn.Core.Rounds;

/// <summary>What a client reports of its local training set: counts only.</summary>
/// <param name="Examples">Its size, at least 1.</param>
/// <param name="Labels">Examples of each label from 0, adding up to the size; empty where it keeps them to itself.</param>
public sealed record DataReport(long Examples, ImmutableArray<long> Labels)
{
    /// <summary>The most labels of a report.</summary>
    public const int MostLabels = 1000;

    /// <summary>The size alone.</summary>
    public DataReport(long examples)
        : this(examples, [])
    {
    }
}
