using System.Text.Json;
using FedLearn.Coordinator.Provenance;
using FedLearn.Coordinator.Storage.Log;
using FedLearn.Core.Proofs;
using FedLearn.Core.Proofs.Merkle;
using FedLearn.Core.Proofs.Statements;
using FedLearn.Core.Specs;
using FedLearn.Protocol.V1;
using Grpc.Core;
using Microsoft.Data.Sqlite;

namespace FedLearn.Coordinator.Tests.Provenance;

public sealed class LogTests
{
    private const string OneRound = """ "cohort": { "minimum": 2 }, "closing": { "minUpdates": 2 }, "stop": { "rounds": 1 }, "evaluation": { "everyRounds": 0 }, """;

    private static readonly float[] s_delta = [1, 2, 3, 4];

    [Fact]
    public async Task Log_OfARun_TellsWhatHappenedAndHoldsAfterARestart()
    {
        await using var coordinator = await TestCoordinator.StartAsync();
        await RunAsync(coordinator);
        var before = await HeadAsync(coordinator);
        await coordinator.RestartAsync();
        await coordinator.JoinAsync("late");

        var (entries, head) = await ExportAsync(coordinator);

        Assert.Equal(
            ["signingKey", "runCreated", "versionPublished", "clientRegistered", "clientRegistered", "updateAccepted", "updateAccepted", "versionPublished", "roundClosed", "runEnded", "clientRegistered"],
            entries.Select(KindOf));
        Assert.Null(LogFile.FindMistake(FileOf(entries), head, [before]));
        var mistake = LogFile.FindMistake(FileOf(entries), before, []);
        Assert.Equal($"there are {entries.Count} entries; the head says {entries.Count - 1}", mistake);
    }

    [Fact]
    public async Task Log_UpdatesRefusedByHeaderOrBytes_TellsTheFirstThreeOfEachClientWithTheReason()
    {
        await using var coordinator = await TestCoordinator.StartAsync();
        var spec = TestCoordinator.Spec(more: OneRound + """ "bounds": { "maxNorm": 10 }, """);
        await coordinator.CreateRunAsync(spec);
        var hash = RunSpecParser.Parse(spec).Spec!.Model.Manifest.Hash;
        using var hostile = await coordinator.JoinAsync("a");
        using var other = await coordinator.JoinAsync("b");
        await hostile.WatchAsync();
        await other.WatchAsync();
        var (fit, otherFit) = (await hostile.NextFitAsync(), await other.NextFitAsync());

        float[] notANumber = [1, float.NaN, 3, 4];
        await RefusedAsync(hostile, TestClient.Header(fit, "0", s_delta, 5), s_delta);
        await RefusedAsync(hostile, TestClient.Header(fit, hash, notANumber, 5), notANumber);
        for (var round = 1; round < 40; round++)
        {
            var later = TestClient.Header(fit, hash, s_delta, 5);
            later.Round = round == 1 ? 1 : 100 * round;
            await RefusedAsync(hostile, later, [4, 3, 2, 1]);
        }

        await RefusedAsync(other, TestClient.Header(otherFit, hash, [10, 1, 0, 0], 5), [10, 1, 0, 0]);
        await hostile.PushAsync(TestClient.Header(fit, hash, s_delta, 5), s_delta);

        var refused = (await ExportAsync(coordinator)).Entries.Where(e => KindOf(e) == "updateRefused").Select(e => JsonDocument.Parse(e).RootElement).ToList();
        Assert.Equal(["a", "a", "a", "b"], refused.Select(e => e.GetProperty("client").GetString()));
        Assert.Equal([1, 1, 1, 1], refused.Select(e => e.GetProperty("round").GetInt32()));
        Assert.Collection(
            refused.Select(e => e.GetProperty("reason").GetString()!),
            r => Assert.StartsWith("manifest_hash: expected", r),
            r => Assert.Contains("holds NaN or Inf", r, StringComparison.Ordinal),
            r => Assert.Contains("digest is", r, StringComparison.Ordinal),
            r => Assert.Contains("L2 norm is 10.0499, the run allows 10 at most", r, StringComparison.Ordinal));

        async Task RefusedAsync(TestClient client, UpdateHeader header, float[] delta) =>
            await Assert.ThrowsAsync<RpcException>(() => client.PushAsync(header, delta));
    }

    [Fact]
    public async Task ReceiptProof_OfAParticipant_VerifiesAgainstTheHead()
    {
        await using var coordinator = await TestCoordinator.StartAsync();
        var (run, receipts) = await RunAsync(coordinator, keep: true);
        var (client, receipt) = receipts[1];
        var earlier = await HeadAsync(coordinator);
        await coordinator.JoinAsync("late");

        var proof = await client.Calls.GetReceiptProofAsync(new GetReceiptProofRequest { RunId = run, Round = 1, FromSize = 3 }, client.Headers);

        var head = new SignedHead(proof.Head.Statement.ToByteArray(), proof.Head.Signature.ToByteArray(), proof.Head.PublicKey.ToByteArray()).Verify()!.Value;
        var entry = new ReceiptStatement(run, 1, client.Id, receipt.Digest.Memory, receipt.NumExamples, receipt.AcceptedUnixMs).ToLogEntry();
        Assert.True(MerkleProof.IsIncluded(MerkleHash.Leaf(entry), proof.Number, head.Size, [.. proof.Path.Select(h => new Sha256Value(h.Span))], head.Root));
        var first = (await ExportAsync(coordinator)).Entries.Take(3);
        Assert.True(MerkleProof.IsConsistent(3, MerkleLeaves.RootOf(first), head.Size, head.Root, [.. proof.Consistency.Select(h => new Sha256Value(h.Span))]));
        Assert.True(earlier.Verify()!.Value.Size < head.Size);

        Assert.Contains("USING INDEX IX_Log_Receipt", PlanOf(Path.Combine(coordinator.Folder, "fedlearn.db"), LogReader.AcceptedByDigest), StringComparison.Ordinal);

        using var other = await coordinator.JoinAsync("other");
        Assert.Equal(StatusCode.NotFound, (await Assert.ThrowsAsync<RpcException>(async () =>
            await client.Calls.GetReceiptProofAsync(new GetReceiptProofRequest { RunId = run, Round = 1 }, other.Headers))).StatusCode);
        Assert.Equal(StatusCode.InvalidArgument, (await Assert.ThrowsAsync<RpcException>(async () =>
            await client.Calls.GetReceiptProofAsync(new GetReceiptProofRequest { RunId = run, Round = 1, FromSize = 1000 }, client.Headers))).StatusCode);
        receipts.ForEach(r => r.Client.Dispose());
    }

    [Fact]
    public async Task Proofs_ForOperators_VerifyAndAreRefusedOutOfRange()
    {
        await using var coordinator = await TestCoordinator.StartAsync();
        await RunAsync(coordinator);
        var (entries, head) = await ExportAsync(coordinator);
        var (size, root) = (head.Verify()!.Value.Size, head.Verify()!.Value.Root);
        var log = coordinator.Log;
        for (var i = 0; i < size; i++)
        {
            var path = (await log.GetInclusionProofAsync(new GetInclusionProofRequest { Number = i, Size = size }, coordinator.Operator)).Path;
            Assert.True(MerkleProof.IsIncluded(MerkleHash.Leaf(entries[i]), i, size, [.. path.Select(h => new Sha256Value(h.Span))], root));
            var proof = (await log.GetConsistencyProofAsync(new GetConsistencyProofRequest { FromSize = i + 1, Size = size }, coordinator.Operator)).Path;
            Assert.True(MerkleProof.IsConsistent(i + 1, MerkleLeaves.RootOf(entries.Take(i + 1)), size, root, [.. proof.Select(h => new Sha256Value(h.Span))]));
        }

        Assert.Equal(StatusCode.InvalidArgument, (await Assert.ThrowsAsync<RpcException>(async () =>
            await log.GetInclusionProofAsync(new GetInclusionProofRequest { Number = size, Size = size }, coordinator.Operator))).StatusCode);
        Assert.Equal(StatusCode.InvalidArgument, (await Assert.ThrowsAsync<RpcException>(async () =>
            await log.GetConsistencyProofAsync(new GetConsistencyProofRequest { FromSize = 1, Size = size + 1 }, coordinator.Operator))).StatusCode);
        using var participant = await coordinator.JoinAsync("late");
        Assert.Equal(StatusCode.PermissionDenied, (await Assert.ThrowsAsync<RpcException>(async () => await log.GetHeadAsync(new GetHeadRequest(), participant.Headers))).StatusCode);
    }

    /// <summary>Whoever has the coordinator's key can sign another history, but not with the heads that others have kept.</summary>
    [Fact]
    public async Task Log_AnyByteEntryOrEndChanged_IsFoundAlsoWhereItsHeadIsSignedAnew()
    {
        await using var coordinator = await TestCoordinator.StartAsync();
        await RunAsync(coordinator);
        var (entries, head) = await ExportAsync(coordinator);
        using var key = SigningKey.Open(Path.Combine(coordinator.Folder, "signing.key"));
        Assert.Null(LogFile.FindMistake(FileOf(entries), head, [head]));
        Assert.Null(LogFile.FindMistake(FileOf(entries), Sign(entries, key), [head]));

        var file = FileOf(entries).ToArray();
        for (var at = 0; at < file.Length; at++)
        {
            foreach (var bit in new[] { 0, at % 7 + 1 })
            {
                var changed = (byte[])file.Clone();
                changed[at] ^= (byte)(1 << bit);
                Found(changed);
            }
        }

        for (var length = 0; length < file.Length; length++)
        {
            Found(file[..length]);
        }

        for (var i = 0; i < entries.Count; i++)
        {
            Found(FileOf([.. entries.Where((_, k) => k != i)]).ToArray());
            Found(FileOf([.. entries.Take(i), "{}"u8.ToArray(), .. entries.Skip(i)]).ToArray());
            for (var j = 0; j < i; j++)
            {
                var moved = entries.ToList();
                (moved[i], moved[j]) = (moved[j], moved[i]);
                Found(FileOf(moved).ToArray());
            }
        }

        void Found(byte[] changed)
        {
            Assert.NotNull(LogFile.FindMistake(new MemoryStream(changed), head, []));
            var lines = changed.AsSpan().ToArray().Aggregate(new List<List<byte>> { new() }, (all, b) =>
            {
                if (b == '\n')
                {
                    all.Add([]);
                }
                else
                {
                    all[^1].Add(b);
                }

                return all;
            });
            var forged = Sign([.. lines.SkipLast(1).Select(l => l.ToArray())], key);
            Assert.NotNull(LogFile.FindMistake(new MemoryStream(changed), forged, [head]));
        }
    }

    [Fact]
    public async Task Start_LogChangedBehindItsHead_IsRefused()
    {
        var folder = Directory.CreateTempSubdirectory("fedlearn-log-").FullName;
        try
        {
            await using (var coordinator = await TestCoordinator.StartAsync(folder))
            {
                await RunAsync(coordinator);
            }

            Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
            await using (var connection = new Microsoft.Data.Sqlite.SqliteConnection($"Data Source={folder}/fedlearn.db"))
            {
                connection.Open();
                await using var command = new Microsoft.Data.Sqlite.SqliteCommand("DELETE FROM Log WHERE Number >= 5", connection);
                Assert.True(command.ExecuteNonQuery() > 0);
            }

            Assert.Contains("entries are missing or were changed", (await Assert.ThrowsAsync<StartupException>(() => TestCoordinator.StartAsync(folder))).Message);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>How SQLite finds what a query asks for.</summary>
    private static string PlanOf(string database, string query)
    {
        using var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = database, Mode = SqliteOpenMode.ReadOnly, Pooling = false }.ConnectionString);
        connection.Open();
        using var command = new SqliteCommand($"EXPLAIN QUERY PLAN {query.Replace("{0}", "@start", StringComparison.Ordinal)}", connection);
        command.Parameters.AddWithValue("@start", new byte[16]);
        using var reader = command.ExecuteReader();
        Assert.True(reader.Read());
        return reader.GetString(3);
    }

    private static async Task<(string Run, List<(TestClient Client, Receipt Receipt)> Receipts)> RunAsync(TestCoordinator coordinator, bool keep = false)
    {
        var spec = TestCoordinator.Spec(more: OneRound);
        var run = await coordinator.CreateRunAsync(spec);
        var hash = RunSpecParser.Parse(spec).Spec!.Model.Manifest.Hash;
        List<TestClient> clients = [await coordinator.JoinAsync("a"), await coordinator.JoinAsync("b")];
        foreach (var client in clients)
        {
            await client.WatchAsync();
        }

        var receipts = new List<(TestClient Client, Receipt Receipt)>();
        foreach (var client in clients)
        {
            receipts.Add((client, await client.PushAsync(TestClient.Header(await client.NextFitAsync(), hash, s_delta, 5), s_delta)));
        }

        await clients[0].RunOverAsync();
        if (!keep)
        {
            clients.ForEach(c => c.Dispose());
        }

        return (run.RunId, receipts);
    }

    private static async Task<SignedHead> HeadAsync(TestCoordinator coordinator)
    {
        var head = (await coordinator.Log.GetHeadAsync(new GetHeadRequest(), coordinator.Operator)).Head;
        return new SignedHead(head.Statement.ToByteArray(), head.Signature.ToByteArray(), head.PublicKey.ToByteArray());
    }

    private static async Task<(List<byte[]> Entries, SignedHead Head)> ExportAsync(TestCoordinator coordinator)
    {
        var head = await HeadAsync(coordinator);
        var entries = new List<byte[]>();
        using var call = coordinator.Log.GetEntries(new GetEntriesRequest { Count = head.Verify()!.Value.Size }, coordinator.Operator);
        while (await call.ResponseStream.MoveNext(TestContext.Current.CancellationToken))
        {
            entries.AddRange(call.ResponseStream.Current.Entries.Select(e => e.ToByteArray()));
        }

        return (entries, head);
    }

    private static SignedHead Sign(List<byte[]> entries, SigningKey key)
    {
        var statement = new HeadStatement(entries.Count, MerkleLeaves.RootOf(entries), 7).ToBytes();
        return new SignedHead(statement, key.Sign(statement), key.PublicKey);
    }

    private static MemoryStream FileOf(List<byte[]> entries) => new([.. entries.SelectMany(e => (byte[])[.. e, (byte)'\n'])]);

    private static string KindOf(byte[] entry)
    {
        using var json = JsonDocument.Parse(entry);
        return json.RootElement.GetProperty("kind").GetString()!;
    }
}
