namespace FedLearn.Coordinator.Storage.Rows;

/// <summary>A registered client.</summary>
internal sealed class ClientRow : CheckedRow
{
    public required string Id { get; set; }

    /// <summary>SHA-256 of the token's bytes.</summary>
    public required byte[] TokenHash { get; set; }

    /// <summary>Whether the token has been used: from then on the id cannot be joined without it.</summary>
    public bool TokenUsed { get; set; }

    public string Software { get; set; } = "";

    public long JoinedUnixMs { get; set; }

    protected override string Title => $"client {Id}";

    protected override void AddFields(FieldHash hash) => hash
        .Add(Id).Add(TokenHash).Add(TokenUsed).Add(Software).Add(JoinedUnixMs);
}

/// <summary>A run.</summary>
internal sealed class RunRow : CheckedRow
{
    public required string Id { get; set; }

    public required string Name { get; set; }

    public required string SpecJson { get; set; }

    /// <summary>Null while the run is open; otherwise Completed, Stopped or Failed.</summary>
    public string? Outcome { get; set; }

    /// <summary>Why it ended; of an open run why it is paused, or empty where it is not.</summary>
    public string Reason { get; set; } = "";

    public long CreatedUnixMs { get; set; }

    public long? EndedUnixMs { get; set; }

    protected override string Title => $"run {Id}";

    protected override void AddFields(FieldHash hash) => hash
        .Add(Id).Add(Name).Add(SpecJson).Add(Outcome).Add(Reason).Add(CreatedUnixMs).Add(EndedUnixMs);
}

/// <summary>A published version of a run's model.</summary>
internal sealed class VersionRow : CheckedRow
{
    public required string RunId { get; set; }

    public int Number { get; set; }

    public int Round { get; set; }

    public required byte[] Digest { get; set; }

    public required byte[] ParentDigest { get; set; }

    public long ByteLength { get; set; }

    public required string ManifestHash { get; set; }

    /// <summary>The server optimizer's vectors: NAME=DIGEST, comma separated in the optimizer's order; empty where there are none.</summary>
    public string State { get; set; } = "";

    public long PublishedUnixMs { get; set; }

    /// <summary>When its file was deleted because newer versions took its place; null while it is there.</summary>
    public long? DeletedUnixMs { get; set; }

    /// <summary>The signed manifest's bytes; null until the first start that signs, in rows that are older than manifests.</summary>
    public byte[]? Manifest { get; set; }

    /// <summary>The manifest's signature; null with it.</summary>
    public byte[]? ManifestSignature { get; set; }

    protected override string Title => $"version {Number} of run {RunId}";

    protected override void AddFields(FieldHash hash)
    {
        hash.Add(RunId).Add(Number).Add(Round).Add(Digest).Add(ParentDigest).Add(ByteLength).Add(ManifestHash)
            .Add(PublishedUnixMs).Add(DeletedUnixMs);

        // Rows that are older than server state have checks without it.
        if (State.Length > 0)
        {
            hash.Add(State);
        }

        // Likewise those that are older than manifests.
        if (Manifest is not null && ManifestSignature is not null)
        {
            hash.Add(Manifest).Add(ManifestSignature);
        }
    }
}

/// <summary>A round, from its opening on.</summary>
internal sealed class RoundRow : CheckedRow
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

    protected override string Title => $"round {Number} of run {RunId}";

    protected override void AddFields(FieldHash hash) => hash
        .Add(RunId).Add(Number).Add(BaseVersion).Add(Wanted).Add(Status).Add(Reason).Add(Version)
        .Add(Cohort).Add(Evaluators).Add(Declined).Add(Late).Add(Refused).Add(TrainLoss).Add(EvalMetrics)
        .Add(BytesIn).Add(BytesOut).Add(FitSeconds).Add(AggregateSeconds).Add(EvaluateSeconds).Add(OpenedUnixMs).Add(ClosedUnixMs);
}

/// <summary>An accepted update. Its key (run, round, client) is what makes a client count once.</summary>
internal sealed class UpdateRow : CheckedRow
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

    /// <summary>In a segment: its record's first byte. 0 in a file of its own.</summary>
    public long Offset { get; set; }

    public long AcceptedUnixMs { get; set; }

    /// <summary>The receipt's signature; null until the first start that signs, in rows that are older than signatures.</summary>
    public byte[]? Signature { get; set; }

    protected override string Title => $"the update of {ClientId} in round {Round} of run {RunId}";

    protected override void AddFields(FieldHash hash)
    {
        hash.Add(RunId).Add(Round).Add(ClientId).Add(Digest).Add(NumExamples).Add(Steps).Add(Metrics)
            .Add(Norm).Add(ByteLength).Add(FileName).Add(Offset).Add(AcceptedUnixMs);

        // Rows that are older than signatures have checks without them.
        if (Signature is not null)
        {
            hash.Add(Signature);
        }
    }
}

/// <summary>A client's evaluation of a round's version.</summary>
internal sealed class EvaluationRow : CheckedRow
{
    public required string RunId { get; set; }

    public int Round { get; set; }

    public required string ClientId { get; set; }

    public long NumExamples { get; set; }

    public string Metrics { get; set; } = "{}";

    protected override string Title => $"the evaluation of {ClientId} in round {Round} of run {RunId}";

    protected override void AddFields(FieldHash hash) => hash
        .Add(RunId).Add(Round).Add(ClientId).Add(NumExamples).Add(Metrics);
}
