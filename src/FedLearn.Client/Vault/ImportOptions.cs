namespace FedLearn.Client.Vault;

/// <summary>How sources become a version.</summary>
public sealed record ImportOptions
{
    /// <summary>Whether the new version lists the files of the latest one too. Default false: it holds the source alone.</summary>
    public bool Append { get; init; }

    /// <summary>The share of records drawn for the test part, from 0 to below 1. Default 0.</summary>
    public double TestFraction { get; init; }

    /// <summary>The seed of the draw: a record's part depends on seed and place in the import alone. Default 1.</summary>
    public long Seed { get; init; } = 1;
}
