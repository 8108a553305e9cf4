using System.Security.Cryptography;
using System.Text;
using CsCheck;
using FedLearn.Core.Proofs;
using FedLearn.Core.Proofs.Statements;

namespace FedLearn.Core.Tests.Proofs.Statements;

public sealed class StatementTests : IDisposable
{
    private readonly ECDsa _private = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly StatementKey _key;

    public StatementTests() => _key = StatementKey.TryRead(_private.ExportSubjectPublicKeyInfo())!;

    public void Dispose()
    {
        _private.Dispose();
        _key.Dispose();
    }

    [Fact]
    public void Receipt_Bytes_AreThoseOfTheDocument() => Assert.Equal(
        """
        fedlearn/receipt/1
        {"acceptedUnixMs":1700000000123,"client":"hospital-a","digest":"0102","examples":7,"round":3,"run":"mnist-1"}
        """,
        Encoding.UTF8.GetString(Receipt("hospital-a").ToBytes()));

    [Fact]
    public void Receipt_LogEntry_SaysTheSame() => Assert.Equal(
        """{"at":1700000000123,"client":"hospital-a","digest":"0102","examples":7,"kind":"updateAccepted","round":3,"run":"mnist-1"}""",
        Encoding.UTF8.GetString(Receipt("hospital-a").ToLogEntry()));

    [Fact]
    public void Sign_AnyBatch_EachReceiptStandsForItselfAndForNothingElse() => Gen.Int[1, 40].Sample(count =>
    {
        var receipts = Enumerable.Range(0, count).Select(i => Receipt($"c-{i}")).ToList();
        var signatures = ReceiptSignature.Sign([.. receipts.Select(r => r.ToBytes())], Sign);
        for (var i = 0; i < count; i++)
        {
            var signature = ReceiptSignature.FromBytes(signatures[i].ToBytes());
            Assert.True(signature.IsOf(receipts[i], _key));
            Assert.False(signature.IsOf(receipts[i] with { NumExamples = 8 }, _key));
            Assert.False(signature.IsOf(receipts[i] with { ClientId = "other" }, _key));
            Assert.False((signature with { Size = signature.Size + 1 }).IsOf(receipts[i], _key));
            Assert.Equal(count == 1, signature.IsOf(receipts[(i + 1) % count], _key));
        }
    }, iter: 20);

    [Fact]
    public void HasSigned_AnyChangedBit_IsFalse() =>
        Gen.Select(Gen.Bool, Gen.Int[0, 5000]).Sample((inSignature, place) =>
        {
            var statement = Receipt("a").ToBytes();
            var signature = Sign(statement);
            var changed = inSignature ? signature : statement;
            changed[place / 8 % changed.Length] ^= (byte)(1 << (place % 8));

            Assert.False(_key.HasSigned(statement, signature));
        });

    [Fact]
    public void HasSigned_AnyNonsense_IsFalse() =>
        Gen.Byte.Array[0, 100].Sample(bytes => Assert.False(_key.HasSigned("fedlearn"u8, bytes)));

    [Fact]
    public void TryRead_AnythingButAKeyOnP256_IsNull()
    {
        using var other = ECDsa.Create(ECCurve.NamedCurves.nistP384);

        Assert.Null(StatementKey.TryRead(other.ExportSubjectPublicKeyInfo()));
        Assert.Null(StatementKey.TryRead([.. _key.PublicKey, 0]));
        Gen.Byte.Array[0, 100].Sample(bytes => Assert.Null(StatementKey.TryRead(bytes)));
    }

    [Fact]
    public void Head_Read_GivesItBack()
    {
        var head = new HeadStatement(5, Sha256Value.Of([1]), 9);

        Assert.Equal(head, HeadStatement.Read(head.ToBytes()));
    }

    [Fact]
    public void Manifest_Read_GivesItBack()
    {
        var manifest = Manifest();
        var read = ManifestStatement.Read(manifest.ToBytes())!;

        Assert.Equal(manifest with { State = [] }, read with { State = [] });
        Assert.Equal(manifest.State, read.State);
    }

    [Fact]
    public void Read_OtherKindsAndNonsense_IsNull()
    {
        Assert.Null(ManifestStatement.Read(Receipt("a").ToBytes()));
        Assert.Null(HeadStatement.Read(Manifest().ToBytes()));
        var bytes = Manifest().ToBytes();
        Gen.Select(Gen.Int[0, bytes.Length - 1], Gen.Byte, Gen.Int[0, bytes.Length]).Sample((at, with, cut) =>
        {
            var changed = (byte[])bytes.Clone();
            changed[at] = with;
            _ = ManifestStatement.Read(changed);
            _ = HeadStatement.Read(changed);
            Assert.True(cut == bytes.Length || ManifestStatement.Read(bytes.AsMemory(0, cut)) is null);
        });
    }

    private static ReceiptStatement Receipt(string client) => new("mnist-1", 3, client, new byte[] { 1, 2 }, 7, 1_700_000_000_123);

    private static ManifestStatement Manifest() => new()
    {
        RunId = "mnist-1",
        Version = 3,
        Round = 4,
        Parent = "aa",
        Parameters = "bb",
        State = [KeyValuePair.Create("v", "cc"), KeyValuePair.Create("m", "dd")],
        Model = "ee",
        Spec = "ff",
        StrategyJson = """{"kind":"fedavg","serverLearningRate":1}""",
        Updates = 2,
        UpdatesRoot = "99",
    };

    private byte[] Sign(byte[] bytes) => _private.SignData(bytes, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence);
}
