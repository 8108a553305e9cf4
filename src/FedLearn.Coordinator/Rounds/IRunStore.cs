using System.Collections.Immutable;
using FedLearn.Core.Proofs.Statements;
using FedLearn.Core.Rounds;

namespace FedLearn.Coordinator.Rounds;

/// <summary>An update on disk, complete and verified, with what its row needs.</summary>
internal sealed record SealedUpdate(
    string RunId,
    int Round,
    string ClientId,
    byte[] Digest,
    long NumExamples,
    long Steps,
    ImmutableSortedDictionary<string, double> Metrics,
    double Norm,
    long ByteLength,
    string FileName,
    DateTimeOffset AcceptedAt)
{
    /// <summary>Where in a segment its record begins; 0 in a file of its own.</summary>
    public long Offset { get; init; }

    /// <summary>
    /// The receipt's signature; set once, before the row. Null before that, in rows that are older than signatures, and in simulations.
    /// </summary>
    public ReceiptSignature? Signature { get; set; }

    /// <summary>What its receipt says.</summary>
    public ReceiptStatement Statement => new(RunId, Round, ClientId, Digest, NumExamples, AcceptedAt.ToUnixTimeMilliseconds());
}

/// <summary>A statement's bytes and their signature.</summary>
internal sealed record SignedBytes(byte[] Statement, byte[] Signature);

/// <summary>A version whose file is durable.</summary>
internal sealed record StoredVersion(string RunId, int Number, int Round, byte[] Digest, byte[] ParentDigest, long ByteLength, string ManifestHash)
{
    /// <summary>The server optimizer's vectors that belong to it, in the optimizer's order; none where it keeps nothing, and of version 0.</summary>
    public IReadOnlyList<StoredState> State { get; init; } = [];

    /// <summary>Its files were deleted because newer versions took its place.</summary>
    public bool IsDeleted { get; init; }

    /// <summary>Its signed manifest; null before it is signed, in rows that are older than manifests and in simulations.</summary>
    public SignedBytes? Manifest { get; init; }
}

/// <summary>A vector of the server optimizer's state whose file is durable.</summary>
internal sealed record StoredState(string Name, byte[] Digest);

/// <summary>What operators read about a round besides its state.</summary>
internal sealed record RoundFigures
{
    public int Late { get; init; }

    public int Refused { get; init; }

    public long BytesIn { get; init; }

    public long BytesOut { get; init; }

    public double FitSeconds { get; init; }

    public double AggregateSeconds { get; init; }

    public double EvaluateSeconds { get; init; }

    public int DeclinedFit { get; init; }
}

/// <summary>One effect to make durable, with the facts that the state machine does not know.</summary>
/// <param name="Effect">The effect.</param>
/// <param name="Update">For <see cref="RunEffect.AcceptUpdate"/>.</param>
/// <param name="Version">For <see cref="RunEffect.Publish"/>.</param>
/// <param name="Figures">For effects that end a stage.</param>
internal sealed record RunCommit(RunEffect Effect, SealedUpdate? Update = null, StoredVersion? Version = null, RoundFigures? Figures = null);

/// <summary>A run as it is read back from disk.</summary>
/// <param name="Id">The run's id.</param>
/// <param name="SpecJson">Its spec.</param>
/// <param name="State">Its state, with stages starting at zero.</param>
/// <param name="Updates">The accepted updates of the open round.</param>
/// <param name="CreatedAt">When it was created.</param>
internal sealed record StoredRun(string Id, string SpecJson, RunState State, ImmutableSortedDictionary<string, SealedUpdate> Updates, DateTimeOffset CreatedAt);

/// <summary>The outcome of a commit.</summary>
internal enum CommitOutcome
{
    /// <summary>Durable.</summary>
    Done,

    /// <summary>Another process holds the database; nothing changed.</summary>
    Busy,

    /// <summary>The disk or the database is full; nothing changed.</summary>
    Full,
}

/// <summary>Where runs are kept. Anything that this interface does not name as an outcome is unknown and ends the process.</summary>
internal interface IRunStore
{
    /// <summary>Makes effects durable, all or none, in order.</summary>
    CommitOutcome Commit(string runId, IReadOnlyList<RunCommit> commits);

    /// <summary>Adds a run with its version 0, whose file is durable; <paramref name="by"/> is the operator that created it, or null for the coordinator's settings.</summary>
    CommitOutcome Create(string runId, string name, string specJson, StoredVersion initial, string? by);

    /// <summary>The id of the run of this name, or null.</summary>
    string? FindRunId(string name);

    /// <summary>The open runs, as the last process left them.</summary>
    IReadOnlyList<StoredRun> LoadOpen();

    /// <summary>A client's accepted update in a round, or null.</summary>
    SealedUpdate? FindUpdate(string runId, int round, string clientId);

    /// <summary>A published version, or null; the newest where no number is given.</summary>
    StoredVersion? FindVersion(string runId, int? number);
}
