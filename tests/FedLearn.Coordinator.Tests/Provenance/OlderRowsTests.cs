using System.Text.Json;
using FedLearn.Coordinator.Storage;
using FedLearn.Coordinator.Tests.Storage;
using FedLearn.Core.Proofs.Statements;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace FedLearn.Coordinator.Tests.Provenance;

/// <summary>A data folder from before receipts were signed.</summary>
public sealed class OlderRowsTests : IDisposable
{
    private readonly TempFolder _temp = new();

    public void Dispose()
    {
        SqliteConnection.ClearAllPools();
        _temp.Dispose();
    }

    [Fact]
    public async Task Start_OlderDatabase_SignsWhatIsThereOnce()
    {
        await using (var before = await TestCoordinator.StartAsync(_temp["data"]))
        {
            await before.CreateRunAsync(TestCoordinator.Spec());
        }

        MakeOlder();
        await using (await TestCoordinator.StartAsync(_temp["data"]))
        {
        }

        await using (await TestCoordinator.StartAsync(_temp["data"]))
        {
        }

        SqliteConnection.ClearAllPools();
        using var db = new CoordinatorDbFactory(DataFolder.DatabaseOf(_temp["data"])).CreateDbContext();
        var versions = db.Versions.OrderBy(v => v.Number).ToList();
        var manifests = versions.Select(v => ManifestStatement.Read(v.Manifest!)!).ToList();
        Assert.Equal(["", ManifestStatement.HashOf(versions[0].Manifest!)], manifests.Select(m => m.Parent));
        Assert.Equal([0, 1], manifests.Select(m => m.Updates));
        Assert.True(ReceiptSignature.FromBytes(db.Updates.Single().Signature!).Signature.Length > 60);
        Assert.Equal(["signingKey", "versionPublished", "versionPublished"], db.Log.OrderBy(l => l.Number).ToList().Select(l => KindOf(l.Entry)));
    }

    /// <summary>Takes signatures and log away, and adds the row of a version and an update, as an older program left them.</summary>
    private void MakeOlder()
    {
        SqliteConnection.ClearAllPools();
        var factory = new CoordinatorDbFactory(DataFolder.DatabaseOf(_temp["data"]));
        using var db = factory.CreateDbContext();
        db.GetService<IMigrator>().Migrate("Identities");
        db.Database.ExecuteSql($"INSERT INTO Versions (RunId, Number, Round, Digest, ParentDigest, ByteLength, ManifestHash, State, PublishedUnixMs) SELECT RunId, 1, 1, Digest, Digest, ByteLength, ManifestHash, State, 7 FROM Versions");
        db.Database.ExecuteSql($"INSERT INTO Rounds (RunId, Number, BaseVersion, Wanted, Status, Reason, Version, Cohort, Evaluators, Declined, Late, Refused, EvalMetrics, BytesIn, BytesOut, FitSeconds, AggregateSeconds, EvaluateSeconds, OpenedUnixMs) SELECT Id, 1, 0, 1, 'Published', '', 1, 'a', '', 0, 0, 0, '{{}}', 0, 0, 0, 0, 0, 7 FROM Runs");
        db.Database.ExecuteSql($"INSERT INTO Updates (RunId, Round, ClientId, Digest, NumExamples, Steps, Metrics, Norm, ByteLength, FileName, Offset, AcceptedUnixMs) SELECT Id, 1, 'a', x'01', 5, 1, '{{}}', 1, 16, 'segment-001', 0, 7 FROM Runs");
        db.Database.ExecuteSql($"UPDATE Versions SET \"Check\" = NULL");
    }

    private static string KindOf(byte[] entry)
    {
        using var json = JsonDocument.Parse(entry);
        return json.RootElement.GetProperty("kind").GetString()!;
    }
}
