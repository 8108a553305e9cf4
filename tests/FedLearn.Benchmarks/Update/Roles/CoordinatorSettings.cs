namespace FedLearn.Benchmarks.Update.Roles;

/// <summary>What the coordinator's process is told.</summary>
internal sealed record CoordinatorSettings
{
    public required string DataFolder { get; init; }

    /// <summary>The one run.</summary>
    public required string Spec { get; init; }

    /// <summary>Keep the updates of rounds that are over.</summary>
    public bool KeepUpdates { get; init; }

    /// <summary>The file of the key under which its files are sealed; null where they are not.</summary>
    public string? StorageKeyFile { get; init; }

    /// <summary>The folder 'coordinator' of a federation's authorities: participants come with certificates, and limits are the default ones. Null: by token.</summary>
    public string? Pki { get; init; }

    /// <summary>A folder with certificate and key; null without TLS, or with authorities.</summary>
    public string? Certificate { get; init; }
}
