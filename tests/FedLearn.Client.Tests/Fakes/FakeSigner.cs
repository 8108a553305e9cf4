using System.Security.Cryptography;
using FedLearn.Core.Proofs;
using FedLearn.Core.Proofs.Merkle;
using FedLearn.Core.Proofs.Statements;
using FedLearn.Protocol.V1;
using Google.Protobuf;

namespace FedLearn.Client.Tests.Fakes;

/// <summary>A coordinator's signatures, and every lie that one may tell with them.</summary>
internal sealed class FakeSigner : IDisposable
{
    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    public ByteString PublicKey => ByteString.CopyFrom(_key.ExportSubjectPublicKeyInfo());

    /// <summary>Receipts that are spoilt before they are signed right again.</summary>
    public int SpoiltReceipts { get; set; }

    /// <summary>What was signed, by version; what clients get that ask.</summary>
    public Dictionary<int, SignedStatement> Manifests { get; } = [];

    public void Sign(Receipt receipt)
    {
        var statement = new ReceiptStatement(receipt.RunId, receipt.Round, receipt.ClientId, receipt.Digest.Memory, receipt.NumExamples, receipt.AcceptedUnixMs);
        var signature = ReceiptSignature.Sign([statement.ToBytes(), "another"u8.ToArray()], Sign)[0];
        (receipt.BatchIndex, receipt.BatchSize, receipt.Signature) = (signature.Index, signature.Size, ByteString.CopyFrom(signature.Signature));
        receipt.BatchPath.Add(signature.Path.Select(h => ByteString.CopyFrom(h.ToArray())));
        if (SpoiltReceipts-- > 0)
        {
            receipt.BatchSize++;
        }
    }

    /// <summary>Signs the manifest of a version that follows from the one before it.</summary>
    public SignedStatement Manifest(RunFixture run, ModelVersion version, Func<ManifestStatement, ManifestStatement>? change = null)
    {
        var manifest = new ManifestStatement
        {
            RunId = run.Id,
            Version = version.Version,
            Round = version.Version,
            Parent = Manifests.TryGetValue(version.Version - 1, out var parent) ? ManifestStatement.HashOf(parent.Statement.Span) : "",
            Parameters = Convert.ToHexStringLower(version.Digest.Span),
            State = [],
            Model = run.Manifest.Hash,
            Spec = Sha256Value.Of(System.Text.Encoding.UTF8.GetBytes(run.Announcement().Run.SpecJson)).ToString(),
            StrategyJson = "{}",
            Updates = 0,
            UpdatesRoot = MerkleHash.Empty.ToString(),
        };
        var statement = (change?.Invoke(manifest) ?? manifest).ToBytes();
        return Manifests[version.Version] = new SignedStatement { Statement = ByteString.CopyFrom(statement), Signature = ByteString.CopyFrom(Sign(statement)) };
    }

    public void Dispose() => _key.Dispose();

    private byte[] Sign(byte[] bytes) => _key.SignData(bytes, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence);
}
