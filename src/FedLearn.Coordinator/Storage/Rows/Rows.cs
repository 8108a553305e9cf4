namespace FedLearn.Coordinator.Storage.Rows;

/// <summary>A registered client.</summary>
internal sealed class ClientRow
{
    public required string Id { get; set; }

    /// <summary>SHA-256 of the token's bytes.</summary>
    public required byte[] TokenHash { get; set; }

    /// <summary>Whether the token has been used: from then on the id cannot be joined without it.</summary>
    public bool TokenUsed { get; set; }

    public string Software { get; set; } = "";

    public long JoinedUnixMs { get; set; }
}

/// <summary>A run.</summary>
internal sealed class RunRow
{
    public required string Id { get; set; }

    public required string Name { get; set; }

    public required string SpecJson { get; set; }

    /// <summary>Null while the run is open; otherwise Completed, Stopped or Failed.</summary>
    public string? Outcome { get; set; }

    public string Reason { get; set; } = "";

    public long CreatedUnixMs { get; set; }

    public long? EndedUnixMs { get; set; }
}

/// <summary>A published version of a run's model.</summary>
internal sealed class VersionRow
{
    public required string RunId { get; set; }

    public int Number { get; set; }

    public int Round { get; set; }

    public required byte[] Digest { get; set; }

    public required byte[] ParentDigest { get; set; }

    public long ByteLength { get; set; }

    public required string ManifestHash { get; set; }

    public long PublishedUnixMs { get; set; }
}

/// <summary>A round, from its opening on.</summary>
internal sealed class RoundRow
{
    public required string RunId { get; set; }

    public int Number { get; set; }

    public int BaseVersion { get; set; }

    public int Wanted { get; set; }

    /// <summary>Fitting, Aggregating, Evaluating, Published or Void.</summary>
    public required string Status { get; set; }

    public string Reason { get; set; } = "";

    public int? Version { get; set; }

    /// <summary>The selected clients, comma separated in canonical order.</summary>
    public required string Cohort { get; set; }

    /// <summary>The clients that evaluate, likewise.</summary>
    public string Evaluators { get; set; } = "";

    public int Declined { get; set; }

    public int Late { get; set; }

    public int Refused { get; set; }

    public double? TrainLoss { get; set; }

    /// <summary>The federated evaluation: a JSON object of numbers.</summary>
    public string EvalMetrics { get; set; } = "{}";

    public long BytesIn { get; set; }

    public long BytesOut { get; set; }

    public double FitSeconds { get; set; }

    public double AggregateSeconds { get; set; }

    public double EvaluateSeconds { get; set; }

    public long OpenedUnixMs { get; set; }

    public long? ClosedUnixMs { get; set; }
}

/// <summary>An accepted update. Its key (run, round, client) is what makes a client count once.</summary>
internal sealed class UpdateRow
{
    public required string RunId { get; set; }

    public int Round { get; set; }

    public required string ClientId { get; set; }

    /// <summary>The update's digest.</summary>
    public required byte[] Digest { get; set; }

    public long NumExamples { get; set; }

    public long Steps { get; set; }

    /// <summary>The client's metrics: a JSON object of numbers.</summary>
    public string Metrics { get; set; } = "{}";

    /// <summary>The L2 norm of the delta.</summary>
    public double Norm { get; set; }

    public long ByteLength { get; set; }

    /// <summary>The file's name in the round's folder.</summary>
    public required string FileName { get; set; }

    public long AcceptedUnixMs { get; set; }
}

/// <summary>A client's evaluation of a round's version.</summary>
internal sealed class EvaluationRow
{
    public required string RunId { get; set; }

    public int Round { get; set; }

    public required string ClientId { get; set; }

    public long NumExamples { get; set; }

    public string Metrics { get; set; } = "{}";
}
