using System.Security.Cryptography;
using FedLearn.Core.Proofs.Merkle;
using FedLearn.Core.Proofs.Statements;

namespace FedLearn.Cli.Tests.Log;

public sealed class LogVerifyTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("fedlearn-log-").FullName;
    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    private string File(string name) => Path.Combine(_folder, name);

    public void Dispose()
    {
        _key.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task Verify_WholeLog_SaysHowManyEntriesHold()
    {
        Write(Entries(5));
        await System.IO.File.WriteAllTextAsync(File("early.json"), HeadOf(Entries(3)).ToJson());
        await System.IO.File.WriteAllBytesAsync(File("key.der"), _key.ExportSubjectPublicKeyInfo());

        var (code, output, _) = await Cli.RunAsync("log", "verify", File("log.jsonl"), "--from", File("early.json"), "--key", File("key.der"));

        Assert.Equal(ExitCode.Ok, code);
        Assert.Contains("5 entries hold, 1 earlier heads with them", output);
    }

    [Fact]
    public async Task Verify_AnotherHistoryThanWitnessed_FailsAndSaysWhere()
    {
        await System.IO.File.WriteAllTextAsync(File("early.json"), HeadOf(Entries(3)).ToJson());
        var forged = Entries(5);
        forged[1] = LogEntry.ClientRegistered(7, "mallory");
        Write(forged);

        Assert.Equal(ExitCode.Ok, (await Cli.RunAsync("log", "verify", File("log.jsonl"))).Code);
        var (code, _, error) = await Cli.RunAsync("log", "verify", File("log.jsonl"), "--from", File("early.json"));

        Assert.Equal(ExitCode.Failed, code);
        Assert.Contains("the first 3 entries are not those of the witnessed head", error);
    }

    [Fact]
    public async Task Verify_AnotherKeyThanExpected_Fails()
    {
        Write(Entries(2));
        using var other = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        await System.IO.File.WriteAllBytesAsync(File("key.der"), other.ExportSubjectPublicKeyInfo());

        var (code, _, error) = await Cli.RunAsync("log", "verify", File("log.jsonl"), "--key", File("key.der"));

        Assert.Equal(ExitCode.Failed, code);
        Assert.Contains(StatementKey.IdOf(other.ExportSubjectPublicKeyInfo()), error);
    }

    private List<byte[]> Entries(int count) =>
        [LogEntry.SigningKey(1, _key.ExportSubjectPublicKeyInfo()), .. Enumerable.Range(1, count - 1).Select(i => LogEntry.ClientRegistered(i, $"c-{i}"))];

    private SignedHead HeadOf(List<byte[]> entries)
    {
        var statement = new HeadStatement(entries.Count, MerkleLeaves.RootOf(entries), 9).ToBytes();
        return new SignedHead(statement, _key.SignData(statement, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence), _key.ExportSubjectPublicKeyInfo());
    }

    private void Write(List<byte[]> entries)
    {
        System.IO.File.WriteAllBytes(File("log.jsonl"), [.. entries.SelectMany(e => (byte[])[.. e, (byte)'\n'])]);
        System.IO.File.WriteAllText(File("log.jsonl.head.json"), HeadOf(entries).ToJson());
    }
}
