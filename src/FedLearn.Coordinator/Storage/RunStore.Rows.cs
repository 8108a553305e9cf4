using FedLearn.Coordinator.Rounds;
using FedLearn.Coordinator.Storage.Rows;
using FedLearn.Core.Proofs.Statements;
using FedLearn.Core.Rounds;

namespace FedLearn.Coordinator.Storage;

// Rows and back.
internal sealed partial class RunStore
{
    internal static RoundRow NewRow(string runId, RoundState round, long nowMs) => new()
    {
        RunId = runId,
        Number = round.Number,
        BaseVersion = round.BaseVersion,
        Wanted = round.Wanted,
        Status = "Fitting",
        Cohort = string.Join(',', round.Cohort),
        OpenedUnixMs = nowMs,
    };

    private VersionRow ToRow(StoredVersion version) => new()
    {
        RunId = version.RunId,
        Number = version.Number,
        Round = version.Round,
        Digest = version.Digest,
        ParentDigest = version.ParentDigest,
        ByteLength = version.ByteLength,
        ManifestHash = version.ManifestHash,
        State = StateText.Write(version.State),
        Manifest = version.Manifest?.Statement,
        ManifestSignature = version.Manifest?.Signature,
        PublishedUnixMs = NowMs,
    };

    internal static StoredVersion FromRow(VersionRow row) =>
        new(row.RunId, row.Number, row.Round, row.Digest, row.ParentDigest, row.ByteLength, row.ManifestHash)
        {
            State = StateText.Read(row.State),
            IsDeleted = row.DeletedUnixMs is not null,
            Manifest = row is { Manifest: { } statement, ManifestSignature: { } signature } ? new SignedBytes(statement, signature) : null,
        };

    internal static UpdateRow ToRow(SealedUpdate update) => new()
    {
        RunId = update.RunId,
        Round = update.Round,
        ClientId = update.ClientId,
        Digest = update.Digest,
        NumExamples = update.NumExamples,
        Steps = update.Steps,
        Metrics = MetricsJson.Write(update.Metrics),
        Norm = update.Norm,
        ByteLength = update.ByteLength,
        FileName = update.FileName,
        Offset = update.Offset,
        AcceptedUnixMs = update.AcceptedAt.ToUnixTimeMilliseconds(),
        Signature = update.Signature?.ToBytes(),
    };

    internal static SealedUpdate FromRow(UpdateRow row) => new(
        row.RunId,
        row.Round,
        row.ClientId,
        row.Digest,
        row.NumExamples,
        row.Steps,
        MetricsJson.Read(row.Metrics),
        row.Norm,
        row.ByteLength,
        row.FileName,
        DateTimeOffset.FromUnixTimeMilliseconds(row.AcceptedUnixMs))
    {
        Offset = row.Offset,
        Signature = row.Signature is { } signature ? ReceiptSignature.FromBytes(signature) : null,
    };

    internal static EvaluationRow ToRow(string runId, RunEffect.RecordEvaluation e) => new()
    {
        RunId = runId,
        Round = e.Round,
        ClientId = e.ClientId,
        NumExamples = e.Result.NumExamples,
        Metrics = MetricsJson.Write(e.Result.Metrics),
    };
}
