using FedLearn.Coordinator.Provenance;
using FedLearn.Coordinator.Tests.Storage;
using FedLearn.Core.Specs;
using Microsoft.Data.Sqlite;

namespace FedLearn.Coordinator.Tests.Provenance;

public sealed class RunVerificationTests : IDisposable
{
    private readonly TempFolder _temp = new();

    private string Data => _temp["data"];

    public void Dispose()
    {
        SqliteConnection.ClearAllPools();
        _temp.Dispose();
    }

    [Fact]
    public async Task Verify_RunWithKeptUpdates_ComputesEveryVersionAgain()
    {
        var run = await RunAsync(keepUpdates: true);

        var (mistakes, report) = Verify(run);

        Assert.Equal((0, ""), (mistakes, string.Join('\n', report.Where(l => l.Contains("NOT", StringComparison.Ordinal)))));
        Assert.StartsWith("4 versions, 3 of them computed again;", report[^1]);
        Assert.Equal("version 3: holds, and is bit for bit what its 2 updates give", report[^2]);
    }

    [Fact]
    public async Task Verify_UpdatesNotKept_HoldsWithoutComputing()
    {
        var run = await RunAsync(keepUpdates: false);

        var (mistakes, report) = Verify(run);

        Assert.Equal(0, mistakes);
        Assert.StartsWith("4 versions, 0 of them computed again;", report[^1]);
    }

    /// <summary>Edits by somebody who knows the database well: the rows' own checks are taken away with what they check.</summary>
    [Theory]
    [InlineData("UPDATE Updates SET NumExamples = 6, \"Check\" = NULL WHERE Round = 2 AND ClientId = 'a'", "the receipt of a in round 2 is not signed")]
    [InlineData("DELETE FROM Updates WHERE Round = 2 AND ClientId = 'a'", "version 2: its manifest does not say what the rows")]
    [InlineData("UPDATE Versions SET Manifest = (SELECT Manifest FROM Versions WHERE Number = 1), \"Check\" = NULL WHERE Number = 2", "version 2: its manifest is not signed")]
    [InlineData("UPDATE Versions SET Manifest = o.Manifest, ManifestSignature = o.ManifestSignature, \"Check\" = NULL FROM (SELECT * FROM Versions WHERE Number = 1) o WHERE Versions.Number = 2", "version 2: its manifest does not say what the rows")]
    [InlineData("UPDATE Versions SET Digest = zeroblob(32), \"Check\" = NULL WHERE Number = 3", "version 3: its parameters do not have the digest")]
    [InlineData("DELETE FROM Versions WHERE Number = 3", "the log tells of version 3")]
    [InlineData("DELETE FROM Log WHERE Number = 4", "of the log does not fit those before it")]
    [InlineData("DELETE FROM Log WHERE Number >= 6", "a signed head counts")]
    [InlineData("UPDATE Log SET Entry = replace(CAST(Entry AS TEXT), '\"client\":\"a\"', '\"client\":\"c\"'), \"Check\" = NULL WHERE Number = 3", "entry 3 of the log does not fit")]
    [InlineData("UPDATE Runs SET SpecJson = replace(SpecJson, '\"wallSeconds\": 600', '\"wallSeconds\": 601'), \"Check\" = NULL", "its manifest does not say what the rows")]
    public async Task Verify_RowsEdited_IsNamed(string sql, string expected)
    {
        var run = await RunAsync(keepUpdates: false);
        Execute(sql);

        var (mistakes, report) = Verify(run);

        Assert.True(mistakes > 0, string.Join('\n', report));
        Assert.Contains(report, line => line.Contains(expected, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("versions/000002.safetensors", "version 2: its parameters cannot be read")]
    [InlineData("versions/000002.m.safetensors", "version 2: its state 'm' cannot be read")]
    [InlineData("rounds/000002/segment-001", "version 2 cannot be computed again")]
    public async Task Verify_ByteOfAFileChanged_IsNamed(string file, string expected)
    {
        var run = await RunAsync(keepUpdates: true);
        var path = Path.Combine(Data, "runs", run, file);
        var bytes = await File.ReadAllBytesAsync(path);
        bytes[^1] ^= 1;
        await File.WriteAllBytesAsync(path, bytes);

        Assert.Contains(Verify(run).Report, line => line.Contains(expected, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Verify_AnotherKeyExpected_HoldsNothing()
    {
        var run = await RunAsync(keepUpdates: false);
        using var own = SigningKey.Open(Path.Combine(Data, "signing.key"));
        using var other = SigningKey.Open(_temp["other.key"]);

        Assert.Equal(0, RunVerification.Verify(Data, null, run, own.PublicKey, _ => { }, TestContext.Current.CancellationToken));
        Assert.Equal(4 + 6, RunVerification.Verify(Data, null, run, other.PublicKey, _ => { }, TestContext.Current.CancellationToken));
    }

    [Fact]
    public void Verify_NoFolderOrRun_IsRefused() =>
        Assert.Contains("no fedlearn.db", Assert.Throws<StartupException>(() => Verify("r1")).Message);

    private (int Mistakes, List<string> Report) Verify(string run)
    {
        var report = new List<string>();
        return (RunVerification.Verify(Data, null, run, expectedKey: null, report.Add, TestContext.Current.CancellationToken), report);
    }

    private void Execute(string sql)
    {
        SqliteConnection.ClearAllPools();
        using var connection = new SqliteConnection($"Data Source={Data}/fedlearn.db");
        connection.Open();
        using var command = new SqliteCommand(sql, connection);
        Assert.True(command.ExecuteNonQuery() > 0);
    }

    /// <summary>Three rounds of two clients; the server keeps a momentum.</summary>
    private async Task<string> RunAsync(bool keepUpdates)
    {
        await using var coordinator = await TestCoordinator.StartAsync(Data, o => o with { KeepUpdates = keepUpdates });
        var spec = TestCoordinator.Spec(more: """
            "cohort": { "minimum": 2 }, "closing": { "minUpdates": 2 }, "stop": { "rounds": 3, "wallSeconds": 600 }, "evaluation": { "everyRounds": 0 },
            "strategy": { "kind": "fedavg", "serverMomentum": 0.9 },
            """);
        var run = await coordinator.CreateRunAsync(spec);
        var hash = RunSpecParser.Parse(spec).Spec!.Model.Manifest.Hash;
        using var a = await coordinator.JoinAsync("a");
        using var b = await coordinator.JoinAsync("b");
        await a.WatchAsync();
        await b.WatchAsync();
        for (var round = 1; round <= 3; round++)
        {
            foreach (var client in new[] { b, a })
            {
                float[] delta = [round, 0.1f, client == a ? 3 : -1, 4];
                await client.PushAsync(TestClient.Header(await client.NextFitAsync(), hash, delta, client == a ? 5 : 7), delta);
            }
        }

        await a.RunOverAsync();
        return run.RunId;
    }
}
