namespace FedLearn.Cli.Demo;

/// <summary>What the demo is asked to do.</summary>
internal sealed record DemoOptions
{
    /// <summary>digits, mnist or heart-disease.</summary>
    public required string Data { get; init; }

    /// <summary>The folder with the files of mnist or heart-disease; null for digits.</summary>
    public string? DataFolder { get; init; }

    /// <summary>Worker processes; null takes the data set's own number.</summary>
    public int? Workers { get; init; }

    /// <summary>Rounds; null takes the data set's own number.</summary>
    public int? Rounds { get; init; }

    /// <summary>Seeds data, initialisation and batches.</summary>
    public required long Seed { get; init; }

    /// <summary>Keep the demo's folder.</summary>
    public required bool Keep { get; init; }

    /// <summary>Print the result as JSON.</summary>
    public required bool Json { get; init; }
}
